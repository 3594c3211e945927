/** What somebody has to mend in the routes, a line each: no document is made of them before. */
export class RouteErrors extends Error {
  override readonly name = 'RouteErrors';

  constructor(faults: string[]) {
    super(faults.join('\n'));
  }
}

/** Reads each, also where one before it is wrong: all that is wrong is told at once. */
export function readEach<T, R>(all: T[], read: (each: T) => R): R[] {
  const faults: string[] = [];
  const found = all.flatMap((each) => {
    try {
      return [read(each)];
    } catch (error) {
      if (!(error instanceof RouteErrors)) throw error;
      faults.push(error.message);
      return [];
    }
  });
  if (faults.length > 0) throw new RouteErrors(faults);
  return found;
}

export function fault(name: string, what: string): RouteErrors {
  return new RouteErrors([`${name}: ${what}`]);
}
