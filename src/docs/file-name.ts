/** No file of the pages' has another. The file system's own error for one that is too long is not "not found". */
const FILE_NAME = /^[\w.-]{1,100}$/;

export function isFileName(name: unknown): boolean {
  return typeof name === 'string' && FILE_NAME.test(name);
}
