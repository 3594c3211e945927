import { MongoError } from '../errors.ts';

/**
 * A PCRE pattern, which is what MongoDB runs, as a JavaScript one. Translated is what differs in
 * common patterns: options and inline options, anchors, the dot, white space in extended patterns,
 * quoting, POSIX classes, named groups. What JavaScript cannot do is refused, never run as
 * something else.
 */
export function compileRegex(pattern: string, options: string): RegExp {
  for (const option of options) {
    if (!'imsxu'.includes(option)) {
      throw new MongoError('Location51108', `invalid flag in regex options: ${option}`);
    }
  }
  const key = `/${pattern}/${options}`;
  const known = cache.get(key);
  if (known) return known;
  const regex = translate(pattern, options);
  if (cache.size >= CACHED) cache.clear();
  cache.set(key, regex);
  return regex;
}

const CACHED = 500;
const cache = new Map<string, RegExp>();

function translate(pattern: string, options: string): RegExp {
  try {
    const source = new Translation(pattern, options).run();
    return new RegExp(source, options.includes('i') ? 'iu' : 'u');
  } catch (error) {
    throw new MongoError(
      'Location51091',
      `Regular expression is invalid: ${(error as Error).message}`,
    );
  }
}

interface Options {
  multiline: boolean;
  dotAll: boolean;
  extended: boolean;
}

interface Group {
  options: Options;
  /** The modifier groups opened within this one by `(?i)`, which last to its end. */
  modifiers: string[];
}

/** Without PCRE's UCP only ASCII is white space, where JavaScript has all of Unicode's. */
const SPACE = '\\t-\\r ';
const NO_SPACE = '\\0-\\x08\\x0e-\\x1f!-\\u{10ffff}';
/** JavaScript's \v is one character of these. */
const VERTICAL = '\\n-\\r\\x85\\u2028\\u2029';

const posixClasses: Record<string, string> = {
  alnum: 'a-zA-Z0-9',
  alpha: 'a-zA-Z',
  ascii: '\\0-\\x7f',
  blank: '\\t ',
  cntrl: '\\0-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`\\{-~',
  space: SPACE,
  upper: 'A-Z',
  word: '\\w',
  xdigit: 'a-fA-F0-9',
};

class Translation {
  readonly #pattern: string;
  readonly #groups: Group[];
  #at = 0;
  #out = '';

  constructor(pattern: string, options: string) {
    this.#pattern = pattern;
    this.#groups = [
      {
        options: {
          multiline: options.includes('m'),
          dotAll: options.includes('s'),
          extended: options.includes('x'),
        },
        modifiers: [],
      },
    ];
  }

  run(): string {
    while (this.#at < this.#pattern.length) this.#out += this.#next();
    if (this.#groups.length > 1) throw new Error('missing closing parenthesis');
    return this.#out + this.#closeModifiers();
  }

  get #group(): Group {
    return this.#groups.at(-1)!;
  }

  /** The text at hand if `regex`, which is sticky, matches here. */
  #take(regex: RegExp): RegExpExecArray | undefined {
    regex.lastIndex = this.#at;
    const match = regex.exec(this.#pattern);
    if (match) this.#at += match[0].length;
    return match ?? undefined;
  }

  #next(): string {
    const { multiline, dotAll, extended } = this.#group.options;
    if (extended && this.#take(/[\s]+|#[^\n]*/y)) return '';
    if (this.#take(/[*+?]\+|\{\d+(?:,\d*)?\}\+/y))
      throw new Error('possessive quantifiers are not supported');
    const quantifier = this.#take(/\{\d+(?:,\d*)?\}/y);
    if (quantifier) return quantifier[0];
    const character = String.fromCodePoint(this.#pattern.codePointAt(this.#at)!);
    this.#at += character.length;
    switch (character) {
      case '\\':
        return this.#escape();
      case '[':
        return this.#class();
      case '(':
        return this.#open();
      case ')':
        return this.#close();
      case '|':
        return `${this.#closeModifiers()}|${this.#group.modifiers.join('')}`;
      case '.':
        return dotAll ? '[\\s\\S]' : '[^\\n]';
      case '^':
        return multiline ? '(?<![^\\n])' : '^';
      case '$':
        return multiline ? '(?![^\\n])' : '(?=\\n?$)';
      case '{':
      case '}':
      case ']':
        return `\\${character}`;
      default:
        return character;
    }
  }

  #escape(): string {
    const quoted = this.#take(/Q([\s\S]*?)(?:\\E|$)/y);
    if (quoted) return quoted[1]!.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
    if (this.#take(/E/y)) return '';
    if (this.#take(/A/y)) return '^';
    if (this.#take(/z/y)) return '$';
    if (this.#take(/Z/y)) return '(?=\\n?$)';
    if (this.#take(/h/y)) return '[\\t \\xa0]';
    if (this.#take(/s/y)) return `[${SPACE}]`;
    if (this.#take(/S/y)) return `[^${SPACE}]`;
    if (this.#take(/v/y)) return `[${VERTICAL}]`;
    if (this.#take(/R/y)) return '(?:\\r\\n|[\\n-\\r])';
    return this.#character();
  }

  /** An escape that means the same within a class and outside of one. */
  #character(): string {
    const shared = this.#take(/[dDwWbBfnrt]|[1-9]\d*|x[\da-fA-F]{2}|k<\w+>|[pP]\{\w+\}|c[A-Za-z]/y);
    if (shared) return `\\${shared[0]}`;
    const octal = this.#take(/0[0-7]{0,2}/y);
    if (octal) return `\\x${hex(String.fromCharCode(Number.parseInt(octal[0], 8)))}`;
    const point = this.#take(/x\{([\da-fA-F]+)\}/y);
    if (point) return `\\u{${point[1]}}`;
    if (this.#take(/a/y)) return '\\x07';
    if (this.#take(/e/y)) return '\\x1b';
    const literal = this.#take(/[^a-zA-Z0-9]/uy);
    if (literal) return literal[0].replace(/[\\^$.*+?()[\]{}|/-]/, (c) => `\\x${hex(c)}`);
    throw new Error(`unsupported escape at offset ${this.#at}`);
  }

  #class(): string {
    let out = this.#take(/\^/y) ? '[^' : '[';
    // A bracket that comes first is a member, not the end.
    if (this.#take(/\]/y)) out += '\\]';
    for (;;) {
      const posix = this.#take(/\[:(\^?)(\w+):\]/y);
      if (posix) {
        const members = posix[1] ? undefined : posixClasses[posix[2]!];
        if (!members) throw new Error(`unknown POSIX class name ${posix[2]}`);
        out += members + this.#hyphen();
      } else if (this.#take(/\]/y)) return `${out}]`;
      else if (this.#take(/\\s/y)) out += SPACE + this.#hyphen();
      else if (this.#take(/\\S/y)) out += NO_SPACE + this.#hyphen();
      else if (this.#take(/\\v/y)) out += VERTICAL + this.#hyphen();
      else if (this.#take(/-(?=\\[dDwWsSvpP])/y)) out += '\\x2d';
      else {
        const set = this.#take(/\\[dDwW]/y);
        out += set ? set[0] + this.#hyphen() : this.#member();
      }
    }
  }

  #member(): string {
    if (this.#take(/\\b/y)) return '\\x08';
    if (this.#take(/\\/y)) return this.#character();
    const member = this.#take(/[^\]]/uy);
    if (!member) throw new Error('missing terminating ] for character class');
    return member[0] === '[' ? '\\[' : member[0];
  }

  /** Behind a set of characters a hyphen is itself, which JavaScript wants to be told. */
  #hyphen(): string {
    return this.#take(/-(?!\])/y) ? '\\x2d' : '';
  }

  #open(): string {
    if (this.#take(/\?#[^)]*\)/y)) return '';
    const inline = this.#take(/\?([imsx]*)(?:-([imsx]+))?([:)])/y);
    if (inline) return this.#inline(inline[1]!, inline[2] ?? '', inline[3] === ')');
    this.#push({ ...this.#group.options });
    const named = this.#take(/\?P?<(\w+)>|\?'(\w+)'/y);
    if (named) return `(?<${named[1] ?? named[2]}>`;
    const looking = this.#take(/\?(?:[=!]|<[=!])/y);
    if (looking) return `(${looking[0]}`;
    if (this.#take(/[?*]/y)) throw new Error(`unsupported group at offset ${this.#at}`);
    return '(';
  }

  #inline(on: string, off: string, toTheEnd: boolean): string {
    const options = { ...this.#group.options };
    for (const [letters, value] of [
      [on, true],
      [off, false],
    ] as const) {
      if (letters.includes('m')) options.multiline = value;
      if (letters.includes('s')) options.dotAll = value;
      if (letters.includes('x')) options.extended = value;
    }
    const ignoring = on.includes('i') ? 'i' : off.includes('i') ? '-i' : '';
    const opening = `(?${ignoring}:`;
    if (toTheEnd) {
      this.#group.options = options;
      this.#group.modifiers.push(opening);
    } else this.#push(options);
    return opening;
  }

  #push(options: Options): void {
    this.#groups.push({ options, modifiers: [] });
  }

  #close(): string {
    if (this.#groups.length === 1) throw new Error('unmatched closing parenthesis');
    const closing = this.#closeModifiers();
    this.#groups.pop();
    return `${closing})`;
  }

  #closeModifiers(): string {
    return ')'.repeat(this.#group.modifiers.length);
  }
}

function hex(character: string): string {
  return character.charCodeAt(0).toString(16).padStart(2, '0');
}
