/** How many cases a program has reported. */
export let count = 0;

/** Runs a case, which throws or resolves with what is wrong, if anything; says whether it holds, and has the program fail where it does not. */
export async function report(name: string, check: () => Promise<unknown>): Promise<void> {
  const faults = await check().then(
    (found) => [found ?? []].flat() as string[],
    (error: Error) => [error.message],
  );
  console.log(`${name}: ${faults.length > 0 ? `FAILED\n${faults.join('\n')}` : 'so it is'}`);
  if (faults.length > 0) process.exitCode = 1;
  count++;
}
