import { isDeepStrictEqual } from 'node:util';
import { toStateMachine } from '../../../src/openapi/rest/step-function.ts';
import { literal } from '../../../src/openapi/velocity.ts';
import type { Rendered, TemplateRequest } from '../../support/vtl.ts';

export type Engine = 'velocityjs' | 'velocity-1.7' | 'velocity-engine-core-2.4.1';

export interface Case {
  name: string;
  template: string;
  request?: TemplateRequest;
  context?: Record<string, unknown>;
  text?: string;
  /** Of a template for an execution, instead of the text. */
  input?: object;
  /** Of a template for an answer, likewise. */
  json?: object;
  /** Where an engine gives another text; ERROR is one that ends without. */
  differences?: Partial<Record<Engine, string>>;
  overrides?: Partial<Pick<Rendered, 'requestOverride' | 'responseOverride'>>;
}

export const ERROR = '(an error)';

/** What is wrong with what an engine gave for a case. */
export function faultOf(
  { text, input, json, differences, overrides = {} }: Case,
  engine: Engine,
  rendered: Rendered | undefined,
): string | undefined {
  const given = rendered?.text ?? ERROR;
  const expected = differences?.[engine] ?? text;
  if (expected !== undefined && given !== expected) return `gave ${given}\nand not ${expected}`;
  if (input && !isDeepStrictEqual(inputOf(given), input)) return `gave ${given}`;
  if (json && !isDeepStrictEqual(parse(given), json)) return `gave ${given}`;
  for (const [name, each] of Object.entries(overrides)) {
    const actual = rendered?.[name as keyof typeof overrides];
    if (!isDeepStrictEqual(actual, each)) return `${name} is ${JSON.stringify(actual)}`;
  }
}

function inputOf(text: string): unknown {
  return parse((parse(text) as { input?: string } | undefined)?.input);
}

function parse(text?: string): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

const request = {
  body: '{"a":{"b":[1,true,null,"x/y"],"c d":"it\'s"},"n":12345678901234567890,"f":1.5,"s":"{\\"k\\":[7]}"}',
  params: {
    path: { id: '1', both: 'path' },
    querystring: { both: 'query', 'a.b': 'dotted', q: 'x y' },
    header: { both: 'header', 'X-A': 'h' },
  },
  stageVariables: { name: 'v', 'a-b': 'w' },
} satisfies TemplateRequest;

const context = {
  stage: 'dev',
  identity: { sourceIp: '192.0.2.1' },
  authorizer: { principalId: 'u' },
};

const features: Case[] = [
  {
    name: 'the body as it is',
    template: '$input.body',
    request: { body: ' {"a":1.0,"a":2}' },
    text: ' {"a":1.0,"a":2}',
  },
  { name: 'no body', template: '$input.body', request: {}, text: '{}' },
  {
    name: 'a part of the body as JSON',
    template: "$input.json('$.a')",
    request,
    text: '{"b":[1,true,null,"x/y"],"c d":"it\'s"}',
  },
  {
    name: 'a string of the body as JSON',
    template: "$input.json('$.a.b[3]')",
    request,
    text: '"x/y"',
  },
  { name: 'a name in brackets', template: "$input.path(\"$['a']['c d']\")", request, text: "it's" },
  {
    name: 'a large integer',
    template: "$input.json('$.n') $input.path('$.n') $input.path('$.f')",
    request,
    text: '12345678901234567890 12345678901234567890 1.5',
  },
  {
    name: 'a map of the body as text',
    template: "$input.path('$.a')",
    request,
    text: '{b=[1,true,null,"x\\/y"], c d=it\'s}',
  },
  {
    name: 'a list of the body as text',
    template: "$input.path('$.a.b')",
    request,
    text: '[1,true,null,"x\\/y"]',
  },
  {
    name: 'steps into the body',
    template: "#set($root = $input.path('$'))$root.a.b[0] $root.a.b.size() $root['a'].b.get(1)",
    request,
    text: '1 4 true',
  },
  {
    name: 'null in the body',
    template:
      "$!input.path('$.a.b[2]')|$!input.path('$.none')|#if($input.path('$.none'))y#{else}n#end",
    request,
    text: '||n',
  },
  { name: 'null of the body as JSON', template: "$input.json('$.a.b[2]')", request, text: 'null' },
  {
    name: 'what the body has not as JSON',
    template: "$input.json('$.none')",
    request,
    text: ERROR,
  },
  {
    name: 'control characters as JSON',
    template: "$input.json('$')",
    request: { body: '["\\u0000\\u001f\\u007f\\u0080\\u00e9\\u2028\\n\\"\\\\/\\ud83d\\ude00"]' },
    text: '["\\u0000\\u001F\\u007F\\u0080é\\u2028\\n\\"\\\\/😀"]',
  },
  {
    name: 'a parameter, of the path before the query before the headers',
    template: "$input.params('both') $input.params('q') $input.params('X-A')",
    request,
    text: 'path x y h',
  },
  {
    name: 'a parameter that is not there',
    template: "[$input.params('none')]",
    request,
    text: '[]',
  },
  {
    name: 'a name with a dot',
    template:
      "$input.params('a.b') $input.params().querystring.get('a.b') $input.params().querystring['a.b']",
    request,
    text: 'dotted dotted dotted',
  },
  {
    name: 'the parameters by kind',
    template: "$input.params().path.id $input.params().get('header').get('X-A')",
    request,
    text: '1 h',
  },
  {
    name: 'the parameters as text',
    template: '$input.params().path $input.params().header.keySet()',
    request,
    text: '{id=1, both=path} [both, X-A]',
  },
  {
    name: 'a loop over names',
    template:
      '#foreach($n in $input.params().querystring.keySet())$foreach.count:$foreach.index:$n=$input.params().querystring.get($n)#if($foreach.hasNext),#end#end',
    request,
    text: '1:0:both=query,2:1:a.b=dotted,3:2:q=x y',
  },
  {
    name: 'a loop over entries',
    template:
      '#foreach($e in $input.params().header.entrySet())$e.key=$e.value;$e.getKey()=$e.getValue();#end',
    request,
    text: 'both=header;both=header;X-A=h;X-A=h;',
  },
  {
    name: 'a loop over a list of the body',
    template: "#foreach($v in $input.path('$.a.b'))<$!v>#end",
    request,
    text: '<1><true><><x/y>',
  },
  {
    name: 'a loop in a loop',
    template:
      '#foreach($k in $input.params().keySet())$k:#foreach($n in $input.params().get($k).keySet())$n#if($foreach.hasNext),#end#end#if($foreach.hasNext);#end#end',
    request,
    text: 'path:id,both;querystring:both,a.b,q;header:both,X-A',
  },
  {
    name: 'stage variables',
    template: "$stageVariables.name ${stageVariables['a-b']} $stageVariables.get('a-b')",
    request,
    text: 'v w w',
  },
  {
    name: 'the context',
    template: '$context.stage $context.identity.sourceIp ${context.authorizer.principalId}',
    context,
    text: 'dev 192.0.2.1 u',
  },
  {
    name: 'escapeJavaScript',
    template: '$util.escapeJavaScript($input.body)',
    request: { body: '\'"\\/\b\t\n\f\r\0\x1f \x7e\x7f\x80\u0fff\u1000\u2028😀\ud800</script>' },
    text: '\\\'\\"\\\\\\/\\b\\t\\n\\f\\r\\u0000\\u001F \x7e\x7f\\u0080\\u0FFF\\u1000\\u2028\\uD83D\\uDE00\\uD800<\\/script>',
  },
  {
    name: 'escapeJavaScript with its quotes mended',
    template: '$util.escapeJavaScript($input.body).replaceAll("\\\\\'","\'")',
    request: { body: "it's \\'" },
    text: "it's \\\\'",
  },
  {
    name: 'parseJson',
    template: "#set($o = $util.parseJson($input.path('$.s')))$o.k[0] $o.k $o",
    request,
    text: '7 [7] {k=[7]}',
  },
  {
    name: 'urlEncode',
    template: '$util.urlEncode($input.body)',
    request: { body: "aZ0 -_.*~!'()+&=/é😀%" },
    text: 'aZ0+-_.*%7E%21%27%28%29%2B%26%3D%2F%C3%A9%F0%9F%98%80%25',
  },
  {
    name: 'urlDecode',
    template: '$util.urlDecode($input.body)',
    request: { body: 'a+b%2B%C3%A9%F0%9F%98%80' },
    text: 'a b+é😀',
  },
  {
    name: 'base64',
    template: '$util.base64Encode($input.body) $util.base64Decode("w6nwn5iA")',
    request: { body: 'é😀' },
    text: 'w6nwn5iA é😀',
  },
  {
    name: 'an override of the status',
    template: '#set($context.responseOverride.status = 404)$context.responseOverride.status',
    text: '404',
    overrides: { responseOverride: { status: 404, header: {} } },
  },
  {
    name: 'an override of headers',
    template:
      "#set($context.responseOverride.header.hello = 'x')#set($context.responseOverride.header['X-A'] = $input.params('id'))",
    request,
    text: '',
    overrides: { responseOverride: { header: { hello: 'x', 'X-A': '1' } } },
  },
  {
    name: 'an override of the request',
    template:
      "#set($context.requestOverride.path.id = 'p')#set($context.requestOverride.querystring.q = 'q')#set($context.requestOverride.header.h = ['h', 'i'])",
    text: '',
    overrides: {
      requestOverride: { path: { id: 'p' }, querystring: { q: 'q' }, header: { h: ['h', 'i'] } },
    },
  },
  ...[
    { status: 'SUCCEEDED', output: '{"a":"it\'s \\"/\\""}' },
    { status: 'FAILED', error: 'E', cause: 'C' },
  ].map((answer) => ({
    name: `the answer to an execution that ${answer.status}`,
    template:
      "#if($input.path('$.status') == 'SUCCEEDED')$input.path('$.output')#{else}#set($context.responseOverride.status = 502){}#end",
    request: { body: JSON.stringify(answer) },
    text: answer.output ?? '{}',
    overrides: { responseOverride: { ...(!answer.output && { status: 502 }), header: {} } },
  })),
];

/** Velocity's own ways: https://velocity.apache.org/engine/2.4.1/vtl-reference.html. */
const velocity: Case[] = [
  {
    name: 'a reference to nothing',
    template: '$none $!none ${none} $!{none.a.b()} $context.none',
    text: '$none  ${none}  $context.none',
  },
  {
    name: 'a method that is not there',
    template: "#set($s = 'a')$input.params $input.none() $s.includes('a') $s.length",
    text: "$input.params $input.none() $s.includes('a') $s.length",
    // It calls a method also where there are no parentheses.
    differences: {
      'velocity-engine-core-2.4.1':
        "{path={}, querystring={}, header={}} $input.none() $s.includes('a') 1",
    },
  },
  {
    name: 'a value that looks like VTL',
    template: '#set($x = $input.body)#set($y = "<$x>")$x "$x" $y',
    request: { body: '$input #set($z = 1) #end' },
    text: '$input #set($z = 1) #end "$input #set($z = 1) #end" <$input #set($z = 1) #end>',
  },
  { name: 'single quotes', template: "#set($a = 'x')#set($b = '$a \"')$b", text: '$a "' },
  {
    name: 'double quotes',
    template: '#set($a = "x")#set($b = "${a}y $none \\n\'")$b',
    text: "xy $none \\n'",
  },
  {
    name: 'quotes after a backslash',
    template: '{\\"a\\":\\"$context.stage\\"}',
    context,
    text: '{\\"a\\":\\"dev\\"}',
  },
  {
    name: 'nothing set',
    template: "#set($a = 'x')#set($a = $none)$a",
    text: '$a',
    differences: { 'velocity-1.7': 'x' },
  },
  {
    name: 'conditions',
    template:
      "#set($s = 'a')#if($s == 'a')1#elseif($s)2#end#if($s == 'b')3#{else}4#end#if(!$none)5#end#if($s == 'a' && $s != 'b' || $none)6#end#if(true && (1 < 2))7#end",
    text: '14567',
  },
  {
    name: 'an elseif',
    template: "#set($s = 'b')#if($s == 'a')1#elseif($s == 'b')2#{else}3#end",
    text: '2',
  },
  {
    name: 'the truth of an empty string',
    template: "#set($s = '')#if($s)y#{else}n#end",
    text: 'n',
    differences: { 'velocity-1.7': 'y' },
  },
  {
    name: 'the truth of zero',
    template: '#set($s = 0)#if($s)y#{else}n#end',
    text: 'n',
    differences: { 'velocity-1.7': 'y' },
  },
  {
    name: 'the truth of an empty map',
    template: '#if($stageVariables)y#{else}n#end',
    text: 'n',
    differences: { velocityjs: 'y', 'velocity-1.7': 'y' },
  },
  { name: 'sums', template: '#set($n = 2 + 3 * 4)#set($m = $n % 4)$n $m', text: '14 2' },
  {
    name: 'comments',
    template: 'a## b\n#* c *#d',
    text: 'ad',
  },
  { name: 'text that is left alone', template: '#[[$a #end]]#', text: '$a #end' },
  {
    name: 'a line of its own',
    template: '{\n#set($a = 1)\n  #if($a == 1)\n  "a": $a\n  #end\n}',
    text: '{\n    "a": 1\n  }',
    differences: { 'velocity-engine-core-2.4.1': '{\n  "a": 1\n}' },
  },
  {
    name: 'replaceAll',
    template:
      "#set($s = 'a.b.a')$s.replaceAll('a', 'x') $s.replaceAll('.', '-') $s.replaceAll('(b)', '<$1>') $s.replaceFirst('a', 'x') $s.replace('.', '$1')",
    text: 'x.b.x ----- a.<b>.a x.b.a a$1b$1a',
  },
  {
    name: 'the strings of Java',
    template:
      "#set($s = 'a.B,c')$s.equals('a.B,c') $s.equals('x') $s.equalsIgnoreCase('A.b,C') $s.matches('a.*') $s.matches('a') $s.length() $s.isEmpty() $s.contains('B') $s.startsWith('a') $s.endsWith('a') $s.indexOf(',') $s.toUpperCase() $s.toLowerCase() $s.substring(2) $s.substring(0, 1) $s.trim()",
    text: 'true false true true false 5 false true true false 3 A.B,C a.b,c B,c a a.B,c',
  },
  {
    name: 'split',
    template: "#foreach($p in $input.body.split(','))<$p>#end",
    request: { body: 'a,,b,,' },
    text: '<a><><b>',
  },
  {
    name: 'a block that does not end',
    template: '#if(true)a',
    text: ERROR,
    differences: { velocityjs: 'aa' },
  },
  {
    name: 'an end of no block',
    template: 'a#end b',
    text: ERROR,
    differences: { velocityjs: 'a' },
  },
  { name: 'a directive without an end', template: '#set($a = )', text: ERROR },
];

/** json-smart, which JsonPath reads with, mends what is no JSON, and writes numbers as Java does. */
const mended: Case[] = (
  [
    ['[1.0,1.10,1E2,0.1e-7,-0]', '[1.0,1.1,100.0,1.0E-8,0]', '[1,1.1,100,1e-8,0]'],
    ['[1e400]', '[null]', '[Infinity]'],
    ['{"b":1,"a":2,"b":3}', '{"b":3,"a":2}'],
    ["{a:'b'}", '{"a":"b"}', ERROR],
    ['[1,2,]', '[1,2]', ERROR],
    ['{"a":1}}', '{"a":1}', ERROR],
    ['["a\nb"]', '["a\\nb"]', ERROR],
    ['01', '1', ERROR],
    ['a word', '"a word"', ERROR],
  ] as const
).map(([body, text, velocityjs]) => ({
  name: `json('$') of ${JSON.stringify(body)}`,
  template: "$input.json('$')",
  request: { body },
  text,
  ...(velocityjs && { differences: { velocityjs } }),
}));

const machine = toStateMachine(
  {
    stateMachine: 'arn:aws:states:eu-west-1:000000000000:stateMachine:machine',
    role: 'arn:aws:iam::000000000000:role/gateway',
    errors: { SoldOut: 409, 'Billing.Down': 503 },
  },
  {
    scheme: 'customer',
    scopes: [],
    authorizer: { kind: 'cognito', userPools: ['arn'] },
  },
).integration;
const START = String(machine.requestTemplates!['application/json']);
const ANSWER = String(machine.responses!['200']!.responseTemplates!['application/json']);

const values = [
  ...['{}', '{"a":[1,"b"]}', 'a word', '"a string"', '[1,2', 'null', '{"a":1.0,"a":1e400}'],
  ...[
    "it's",
    "'''",
    "\\'",
    "\\\\\\'",
    '\\',
    '\\\\',
    '\\"',
    '"',
    '","x":"',
    '"},"x":{"',
    '/',
    '\\/',
  ],
  ...[
    '\b\t\n\f\r',
    '\0',
    '\x01\x1f\x7f\x80\x9f',
    '\x85\xa0\u2028\u2029\ufeff\uffff',
    '\u0fff\u1000',
  ],
  ...['é', '😀', '\ud800', '\udc00x', '\\u0041', '\\u', '\\ud800'],
  ...[
    "$util.escapeJavaScript('x')",
    '$input',
    '$!input.body',
    '${x}',
    '$name',
    '\\$name',
    '$',
    '$1',
    '\\1',
  ],
  ...['#set($x = 1)', '#end', '\\#end', '#if(true)x#end', '#[[x]]#', '#', '##', '#*x*#', '#stop'],
  ...['</script>', '@@', '{{x}}', '%{x}', '<![CDATA[', 'get', 'keySet', 'class', '__proto__', '1'],
];

/** Whatever a client sends is a text of the input's, and nothing else is in it. */
const inputs: Case[] = values.map((value) => {
  const params = {
    path: { id: value },
    querystring: { [value]: value, 'a.b': value, $x: '', '"': 'q' },
    header: { [value]: 'x', 'X-A': value, Authorization: 'secret', COOKIE: value },
  };
  const { path, querystring: query } = params;
  return {
    name: `the input of an execution with ${JSON.stringify(value)}`,
    template: START,
    request: { body: value, params },
    context: { authorizer: { claims: { sub: value } } },
    input: {
      body: value,
      path,
      query,
      headers: { [value.toLowerCase()]: 'x', 'x-a': value },
      caller: value,
    },
  };
});

const empty: Case = {
  name: 'the input of an execution without body and parameters',
  template: START,
  context: { authorizer: { claims: { sub: 'u' } } },
  input: { body: '{}', path: {}, query: {}, headers: {}, caller: 'u' },
};

const problem = (status: number, title: string, code: string, detail: string) => ({
  type: 'about:blank',
  title,
  status,
  detail,
  code,
  requestId: 'r-1',
});

const refused = (status: number) => ({
  responseOverride: { status, header: { 'Content-Type': 'application/problem+json' } },
});

const answerTo = (execution: object) => ({
  template: ANSWER,
  request: { body: JSON.stringify(execution) },
  context: { requestId: 'r-1' },
});

/** json-smart, which reads the execution for $input.path, drops a DEL. */
const readable = values.filter((value) => !value.includes('\x7f'));

const answers: Case[] = [
  ...readable.map((value) => ({
    name: `the output ${JSON.stringify(value)}`,
    ...answerTo({ status: 'SUCCEEDED', output: JSON.stringify({ a: [value] }) }),
    json: { a: [value] },
    overrides: { responseOverride: { header: {} } },
  })),
  ...readable.map((cause) => ({
    name: `an expected error with the cause ${JSON.stringify(cause)}`,
    ...answerTo({ status: 'FAILED', error: 'SoldOut', cause }),
    json: problem(409, 'Conflict', 'SOLD_OUT', cause),
    overrides: refused(409),
  })),
  {
    name: 'an expected error without a cause',
    ...answerTo({ status: 'FAILED', error: 'Billing.Down' }),
    json: problem(503, 'Service Unavailable', 'BILLING_DOWN', 'Billing.Down'),
    overrides: refused(503),
  },
  {
    name: 'an error that nobody expects, of which nothing is told',
    ...answerTo({ status: 'FAILED', error: 'States.TaskFailed', cause: 'at /var/task/x.js:1' }),
    json: problem(502, 'Bad Gateway', 'EXECUTION_FAILED', 'What answers this route has failed.'),
    overrides: refused(502),
  },
  {
    name: 'an execution that takes too long',
    ...answerTo({ status: 'TIMED_OUT' }),
    json: problem(
      504,
      'Gateway Timeout',
      'EXECUTION_TIMED_OUT',
      'What answers this route took too long.',
    ),
    overrides: refused(504),
  },
];

/** No answer has half of a character. */
const mocks: Case[] = values
  .filter((value) => value.isWellFormed())
  .map((value) => ({
    name: `the fixed answer ${JSON.stringify(value)}`,
    template: literal(value),
    text: value,
    ...(value === '\0' && { differences: { velocityjs: ERROR } }),
  }));

export const cases = [...features, ...velocity, ...mended, ...inputs, empty, ...answers, ...mocks];
