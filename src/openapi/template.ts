import type { Expression, Value } from '../gateway/value.ts';
import { RouteErrors } from './route-errors.ts';

/**
 * The text that Terraform's templatefile reads: in a document that is not for CloudFormation, whatever
 * stands in the routes as a placeholder is one, and every other `${` and `%{` is text.
 * https://opentofu.org/docs/language/expressions/strings/#escape-sequences
 */
const OPEN = '\u{e000}';
const CLOSE = '\u{e001}';
const MARKED = /\u{e000}(\w+)\u{e001}/gu;

/** Puts a placeholder's mark where a route has one; `${AWS::Region}` is API Gateway's own to fill in. */
export function mark(value: Value): Value {
  return typeof value === 'string' ? markText(value) : value;
}

export function markText(text: string): string {
  return text.replace(/\$\{([A-Za-z_]\w*)\}/g, `${OPEN}$1${CLOSE}`);
}

export function join(...parts: Value[]): Value {
  if (parts.every((part) => typeof part === 'string')) return parts.map(mark).join('');
  return { 'Fn::Join': ['', parts.map(mark)] };
}

export function isExpression(part: unknown): part is Expression {
  if (typeof part !== 'object' || part === null) return false;
  const [[name, value] = [''], ...others] = Object.entries(part);
  // A schema may well have a property Ref, which is no text.
  return (
    others.length === 0 && (/^Fn::\w+$/.test(name) || (name === 'Ref' && typeof value === 'string'))
  );
}

export function placeholdersIn(part: unknown): string[] {
  return [...JSON.stringify(part).matchAll(MARKED)].map(([, name]) => name!);
}

export function expressionsIn(part: unknown): Expression[] {
  if (typeof part !== 'object' || part === null) return [];
  if (isExpression(part)) return [part];
  return Object.values(part).flatMap(expressionsIn);
}

/** To be called with the document as JSON or YAML, whose strings are all quoted. */
export function escapeTemplate(text: string): string {
  return text.replace(/[$%](?=\{)/g, '$&$&').replace(MARKED, '${$1}');
}

/** CloudFormation takes a document as it is: nothing in it but an expression is filled in. */
export function unmark(text: string): string {
  return text.replace(MARKED, '${$1}');
}

/** Whether templatefile is to fill it in, and not CloudFormation. */
export function isTemplate(document: object): boolean {
  return expressionsIn(document).length === 0;
}

/** Placeholders that nobody will fill in, each with the route that has it. */
export function checkPlaceholders(document: object, known?: string[]): void {
  const faults: string[] = [];
  for (const [name, part] of partsOf(document)) {
    const placeholders = [...new Set(placeholdersIn(part))];
    if (!isTemplate(document) && placeholders.length > 0) {
      faults.push(
        `${name}: \${${placeholders[0]}} is for Terraform, and elsewhere the routes have expressions of CloudFormation: a document is for one of them`,
      );
    }
    for (const placeholder of placeholders) {
      if (known && !known.includes(placeholder)) {
        faults.push(`${name}: \${${placeholder}} is not among the variables of --vars`);
      }
    }
  }
  if (faults.length > 0) throw new RouteErrors(faults);
}

function partsOf(document: object): [string, unknown][] {
  const { paths, components, ...rest } = document as {
    paths: Record<string, Record<string, unknown>>;
    components: { securitySchemes: Record<string, unknown> };
  };
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, unknown] => [
      `${method.toUpperCase()} ${path}`,
      operation,
    ]),
  );
  const schemes = Object.entries(components.securitySchemes).map(
    ([name, scheme]): [string, unknown] => [`the strategy '${unmark(name)}'`, { [name]: scheme }],
  );
  return [...operations, ...schemes, ['the document', rest]];
}
