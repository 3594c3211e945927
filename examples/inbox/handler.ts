import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import Joi from 'joi';
import { readSettings } from '../../src/config.ts';
import { openDatabase } from '../../src/database.ts';
import { createLog } from '../../src/log.ts';
import { body } from '../../src/messages/schemas.ts';
import { createMessageStore } from '../../src/messages/store.ts';
import { readParameters } from '../../src/parameter.ts';

/** Whoever may send to the queue may write in anybody's name. */
const letter = body.keys({ author: Joi.string().max(255).required() });

let opened: ReturnType<typeof open> | undefined;

/** Stores what another system sends. What could not be stored is named, and that alone comes again. */
export async function handler({ Records }: SQSEvent): Promise<SQSBatchResponse> {
  // A start that fails has the whole batch come again.
  opened ??= open().catch((error) => {
    opened = undefined;
    throw error;
  });
  const { store } = await opened;
  // All at once: the database's budget is each one's own, so that the batch is through in one of them.
  const isStored = await Promise.all(Records.map(store));
  const failed = Records.filter((_, index) => !isStored[index]);
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

async function open() {
  const settings = readSettings(await readParameters(process.env, console.warn));
  const log = createLog(settings);
  const database = openDatabase(settings, (error) =>
    log.error('The database does not answer', { error }),
  );
  const messages = createMessageStore(database);

  return {
    /** SQS may deliver one more than once, under the same id: it is stored once. */
    async store({ messageId, body: sent }: SQSRecord): Promise<boolean> {
      const { value, error } = letter.validate(parse(sent), { abortEarly: false });
      if (error) {
        // It never will be one; the queue's redrive policy takes it out.
        log.error('This is no message', { messageId, faults: error.message });
        return false;
      }
      try {
        const { outcome } = await messages.create({ ...value, sent, key: messageId });
        log.info('A message has come in', { messageId, outcome });
        return outcome !== 'key-reused';
      } catch (error) {
        log.error('A message was not stored', { messageId, error: error as Error });
        return false;
      }
    },
  };
}

/** What is no JSON is a text, and so no message; the parser's own words would quote it in the log. */
function parse(sent: string): unknown {
  try {
    return JSON.parse(sent);
  } catch {
    return sent;
  }
}
