/** What may be given, by its option. */
export type Values = Record<string, string>;

const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';

/** By option: what a value looks like, which is what YAML takes as it stands, and how that is told. */
const rules: Record<string, [RegExp, string]> = {
  // With a stage of seven letters, the region and `lambdaRole` it is the name of a role, which has 64
  // characters at most: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
  name: [
    /^[a-z][a-z0-9-]{0,28}[a-z0-9]$/,
    'must be 2 to 30 lower-case letters, digits and hyphens, and begin with a letter',
  ],
  issuer: [
    new RegExp(`^https://(?:${LABEL}\\.)+[a-z]{2,63}(?::\\d+)?(?:/[\\w./~-]*)?$`, 'i'),
    'must be an https address such as https://acme.okta.com/oauth2/default',
  ],
  client: [/^\w[\w.-]*$/, "must be a client's id such as 0oa1b2c3"],
  audience: [/^\w(?:[\w./:~-]*[\w/])?$/, 'must be an audience such as api://default'],
  domain: [
    new RegExp(`^(?=.{1,253}$)(?:${LABEL}\\.){2,}[a-z]{2,63}$`),
    "must be the service's own name below a domain, such as api.acme.com",
  ],
};

export function faultOf(option: string, value: string): string | undefined {
  const [pattern, rule] = rules[option]!;
  return pattern.test(value) ? undefined : `--${option} ${rule}, not '${value}'.`;
}
