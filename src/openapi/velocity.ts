import { STATUS_CODES } from 'node:http';

/**
 * Pieces of API Gateway's mapping templates (VTL).
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
 */

/** As the text of a JSON string. Of what escapeJavaScript escapes only \' is not JSON's: it is undone. */
export function escaped(expression: string): string {
  return `$util.escapeJavaScript(${expression}).replaceAll("\\\\'","'")`;
}

/** Text that is no template: where Velocity would read its $ and # as its own, it is given no chance to. */
export function literal(text: string): string {
  if (!/[$#]/.test(text)) return text;
  return `$util.urlDecode('${encodeURIComponent(text.toWellFormed()).replaceAll("'", '%27')}')`;
}

/** An error in the app's own shape (src/problem.ts); `detail` is the text of a JSON string, or VTL for it. */
export function problemText(status: number, code: string, detail: string): string {
  return `{"type":"about:blank","title":"${STATUS_CODES[status] ?? 'Unknown'}","status":${status},"detail":"${detail}","code":"${code}","requestId":"$context.requestId"}`;
}
