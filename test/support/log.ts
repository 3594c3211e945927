/** What a logger in this process writes from now on, on both of its streams. */
export function captureLog() {
  const streams = [process.stdout, process.stderr];
  let text = '';
  const spies = streams.map((stream) =>
    jest.spyOn(stream, 'write').mockImplementation((chunk) => {
      text += chunk;
      return true;
    }),
  );
  return {
    text: () => text,
    // biome-ignore lint/suspicious/noExplicitAny: a line is what the test expects of it.
    lines: (): any[] =>
      text
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
    clear() {
      text = '';
    },
    stop() {
      for (const spy of spies) spy.mockRestore();
    },
  };
}
