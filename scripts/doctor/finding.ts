/** One line of the report. A note is what cannot be seen from here, or is good to know: it fails nothing. */
export interface Finding {
  mark: 'ok' | 'WRONG' | 'note' | 'skip';
  text: string;
  remedy?: string;
}

export function ok(text: string): Finding {
  return { mark: 'ok', text };
}

export function wrong(text: string, remedy: string): Finding {
  return { mark: 'WRONG', text, remedy };
}

export function note(text: string, remedy?: string): Finding {
  return { mark: 'note', text, ...(remedy === undefined ? {} : { remedy }) };
}

/** Not looked at, because of something that has its own line. */
export function skip(text: string): Finding {
  return { mark: 'skip', text };
}

export function isWrong({ mark }: Finding): boolean {
  return mark === 'WRONG';
}
