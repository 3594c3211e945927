// The settings of a stage, checked; serverless.yml reads them through this file.
const { readdirSync, readFileSync } = require('node:fs');
const { join } = require('node:path');
const Joi = require('joi');
const naming = require('serverless/lib/plugins/aws/lib/naming');

/** An HTTP API waits for 30 s: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const LONGEST_SECONDS = 29;

/** What CloudWatch takes: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const retentions = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288,
  3653,
];

const limits = {
  rate: Joi.number().positive().required(),
  burst: Joi.number().integer().positive().required(),
};

const schema = Joi.object({
  issuer: Joi.string()
    .pattern(/^(https:\/\/|http:\/\/(localhost|127\.0\.0\.1)[:/])[^\s?#]+$/, 'an https address')
    .required(),
  audience: Joi.string().required(),
  clientId: Joi.string().required(),
  origins: Joi.array()
    .items(Joi.string().pattern(/^https?:\/\/[^/\s,]+$/, 'an origin'))
    .required(),
  logLevel: Joi.string().valid('DEBUG', 'INFO', 'WARN', 'ERROR', 'CRITICAL', 'SILENT').required(),
  logRetention: Joi.number()
    .valid(...retentions)
    .required(),
  memory: Joi.number().integer().min(128).max(10_240).required(),
  timeout: Joi.number().integer().min(1).max(LONGEST_SECONDS).required(),
  throttling: Joi.object({
    ...limits,
    routes: Joi.object()
      .pattern(Joi.valid(Joi.in('$routes')), Joi.object(limits))
      .messages({ 'object.unknown': '{{#label}} is no route of serverless.yml' }),
    caller: Joi.object({
      requests: Joi.number().integer().min(1).max(9_999_999).required(),
      seconds: Joi.number().integer().min(1).max(86_400).required(),
    }),
  }).required(),
  database: Joi.object({
    name: Joi.string()
      .pattern(/^[^/\\. "$*<>:|?]{1,63}$/, "a database's name")
      .required(),
    uriParameter: Joi.string().pattern(/^\/[\w./-]+$/, "a parameter's name"),
    // Whoever may read the settings may read it; a password that stands there is not said again.
    uri: Joi.string()
      .pattern(/^mongodb(\+srv)?:\/\/[^@]+$/)
      .messages({
        'string.pattern.base': '{{#label}} must be a connection string without a password',
      }),
  })
    .xor('uriParameter', 'uri')
    .required(),
  domain: Joi.object({
    name: Joi.string().domain({ tlds: false }).required(),
    basePath: Joi.string().pattern(/^[\w-]+$/, 'a path of one part'),
    certificate: Joi.string().pattern(/^(\*\.)?[\w.-]+$/, "a certificate's name"),
  }),
  alarms: Joi.object({ email: Joi.string().email({ tlds: false }).required() }),
  concurrency: Joi.object({
    reserved: Joi.number().integer().min(0),
    // Lambda provides no more than is reserved.
    provisioned: Joi.number()
      .integer()
      .min(1)
      .max(Joi.ref('reserved', { adjust: (reserved) => reserved ?? Number.MAX_SAFE_INTEGER })),
  }).or('reserved', 'provisioned'),
})
  // What stands there is not said again: it may be a password.
  .messages({ 'string.pattern.name': '{{#label}} must be {{#name}}' })
  .required();

module.exports = async function readStage({ resolveConfigurationProperty, resolveVariable }) {
  const stage = await resolveVariable('sls:stage');
  const own = `config/${stage}.yml`;
  // A stage without a file of its own, such as pr-42, is a preview.
  // By its own case, also where the file system takes any.
  const file = readdirSync(__dirname).includes(`${stage}.yml`) ? own : 'config/preview.yml';
  if (!/^\s*[^\s#]/m.test(readFileSync(join(__dirname, '..', file), 'utf8'))) {
    throw new Faults(file, [{ message: 'It has no settings.' }]);
  }
  const events = await resolveConfigurationProperty(['functions', 'api', 'events']);
  const { error, value } = schema.validate(await resolveVariable(`file(./${file})`), {
    abortEarly: false,
    context: { routes: events.map(routeOf) },
    convert: false,
    errors: { label: 'path', wrap: { label: "'" } },
  });
  if (error) throw new Faults(file, error.details);
  const { alarms, database, domain, throttling } = value;
  const { routes = {}, caller } = throttling;
  return {
    ...value,
    routeSettings: describeLimits(routes),
    // A stage that is made before its routes is refused:
    // https://github.com/terraform-aws-modules/terraform-aws-apigateway-v2/pull/80
    throttledRoutes: Object.keys(routes).map((route) => naming.getHttpApiRouteLogicalId(route)),
    callerLimit: caller ? `${caller.requests}/${caller.seconds}` : '',
    alarmsFile: alarms ? 'alarms' : 'no-alarms',
    accessFile: database.uri ? 'access-by-role' : 'access-by-password',
    // In milliseconds, as CloudWatch has durations.
    nearTimeout: value.timeout * 900,
    hasDomain: domain !== undefined,
    basePath: domain?.basePath ? `/${domain.basePath}` : '',
    customDomain: describeDomain(domain),
  };
};

function routeOf({ httpApi }) {
  return typeof httpApi === 'string' ? httpApi : `${httpApi.method} ${httpApi.path}`;
}

function describeLimits(routes) {
  return Object.fromEntries(
    Object.entries(routes).map(([route, { rate, burst }]) => [
      route,
      { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst },
    ]),
  );
}

/** For serverless-domain-manager; a stage without a domain has none to manage. */
function describeDomain(domain) {
  if (!domain) return { enabled: false, domainName: 'none' };
  const { name, basePath = '', certificate = name } = domain;
  return {
    domainName: name,
    basePath,
    certificateName: certificate,
    apiType: 'http',
    endpointType: 'regional',
    securityPolicy: 'tls_1_2',
    createRoute53Record: true,
  };
}

/** The framework prints the stack of what is thrown here: of a wrong setting it has nothing to tell. */
class Faults extends Error {
  constructor(file, details) {
    super([`${file} is not usable:`, ...details.map(({ message }) => `    ${message}`)].join('\n'));
    this.stack = this.message;
  }
}
