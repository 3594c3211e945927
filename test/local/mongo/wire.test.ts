import { BSON } from 'bson';
import { MongoError } from '../../../local/mongo/errors.ts';
import {
  decodeDocument,
  decodeFrame,
  encodeDocument,
  frameLength,
  limits,
  ProtocolFault,
  parseElements,
  readEnvelope,
} from '../../../local/mongo/wire.ts';
import {
  bodySection,
  flag,
  frame,
  header,
  int32,
  opcode,
  opMsg,
  opQuery,
  sequenceSection,
  withChecksum,
} from '../../contract/wire.ts';
import { nested, refusal } from './documents.ts';
import { Random, randomValue } from './random.ts';

const ping = { ping: 1, $db: 'admin' };

/** A section of documents whose announced size is wrong by `by`. */
function lyingSequence(by: number): Buffer {
  const section = sequenceSection('documents', [{ a: 1 }]);
  section.writeInt32LE(section.readInt32LE(1) + by, 1);
  return section;
}

function lyingDocument(size: number): Buffer {
  const section = sequenceSection('documents', [{ a: 1 }]);
  section.writeInt32LE(size, 1 + 4 + 'documents'.length + 1);
  return section;
}

test.each<[string, Buffer]>([
  ['nothing behind the header', header(16, 1, opcode.message)],
  ['half of the flags', frame(1, opcode.message, Buffer.alloc(2))],
  ['no section', frame(1, opcode.message, int32(0))],
  ['a section of no kind', frame(1, opcode.message, int32(0), Uint8Array.of(0))],
  ['two commands', frame(1, opcode.message, int32(0), bodySection(ping), bodySection(ping))],
  ['documents only', frame(1, opcode.message, int32(0), sequenceSection('documents', [ping]))],
  ['documents that are too long', message(bodySection(ping), lyingSequence(1))],
  ['documents that are too short', message(bodySection(ping), lyingSequence(-1))],
  ['documents of no length', message(bodySection(ping), lyingSequence(-1000))],
  ['a document longer than its section', message(bodySection(ping), lyingDocument(1000))],
  ['a document of four bytes', message(bodySection(ping), lyingDocument(4))],
  ['a document of negative length', message(bodySection(ping), lyingDocument(-5))],
  ['a document of 2^31-1 bytes', message(bodySection(ping), lyingDocument(2 ** 31 - 1))],
  [
    'documents without a name',
    message(bodySection(ping), Buffer.from([1, 8, 0, 0, 0, 97, 97, 97, 97])),
  ],
  ['a checksum that is not there', frame(1, opcode.message, int32(flag.checksumPresent))],
  ['a query without a namespace', frame(1, opcode.query, int32(0), Buffer.from('abc'))],
  ['a query without a document', frame(1, opcode.query, int32(0), Buffer.from('admin.$cmd\0'))],
  ['a query of no command', opQuery(1, 'test.rows', {})],
  ['OP_COMPRESSED', frame(1, 2012, int32(opcode.message), int32(20), Uint8Array.of(0))],
  ['OP_INSERT', frame(1, 2002, int32(0))],
])('a frame of %s is no message', (_, bytes) => {
  expect(() => decodeFrame(bytes)).toThrow(ProtocolFault);
});

function message(...sections: Uint8Array[]): Buffer {
  return frame(1, opcode.message, int32(0), ...sections);
}

test.each([3, 0, 15, -1, -(2 ** 31), 2 ** 31 - 1, 48_000_001])(
  'a length of %i is no frame',
  (length) => {
    expect(() => frameLength(int32(length))).toThrow(ProtocolFault);
  },
);

test.each([16, 48_000_000])('a length of %i is one', (length) => {
  expect(frameLength(int32(length))).toBe(length);
});

test.each<[string, Buffer, { legacy: boolean; wantsReply: boolean }]>([
  ['a message', opMsg(7, ping), { legacy: false, wantsReply: true }],
  ['one with a checksum', withChecksum(7, ping), { legacy: false, wantsReply: true }],
  ['one with more to come', opMsg(7, ping, flag.moreToCome), { legacy: false, wantsReply: false }],
  ['a query', opQuery(7, 'admin.$cmd', ping), { legacy: true, wantsReply: true }],
])('%s says how it is to be answered', (_, bytes, envelope) => {
  expect(readEnvelope(bytes)).toEqual({ id: 7, ...envelope });
  expect(decodeFrame(bytes).command).toMatchObject({ $db: 'admin' });
});

test('whatever byte of a message is wrong, it is a request, a refusal or a fault of the protocol', () => {
  const random = new Random(5);
  const outcomes = new Set<string>();
  for (let round = 0; round < 3000; round++) {
    const documents = random.times(3, () => ({ _id: 1, v: randomValue(random) }));
    const bytes = random.chance(0.5)
      ? opMsg(1, { insert: 'rows', documents, $db: 'test' })
      : message(
          bodySection({ insert: 'rows', $db: 'test' }),
          sequenceSection('documents', documents),
        );
    for (let i = random.below(4); i >= 0; i--) {
      bytes[16 + random.below(bytes.length - 16)] = random.below(256);
    }
    const cut = random.chance(0.2)
      ? bytes.subarray(0, 16 + random.below(bytes.length - 16))
      : bytes;
    outcomes.add(outcome(cut));
  }

  expect([...outcomes].sort()).toEqual(['fault', 'refusal', 'request']);
});

function outcome(bytes: Buffer): string {
  try {
    for (const document of decodeFrame(bytes).sequences.get('documents') ?? []) {
      parseElements(document);
      decodeDocument(document);
    }
    return 'request';
  } catch (error) {
    if (error instanceof ProtocolFault) return 'fault';
    if (error instanceof MongoError) return 'refusal';
    return (error as Error).stack!;
  }
}

test.each([16.5, 17, 18, 40])('a reply of %d MB is refused, not cut off', (megabytes) => {
  const text = 'x'.repeat(megabytes * 2 ** 20);

  expect(refusal(() => encodeDocument({ text }))[0]).toBe(10334);
  expect(
    refusal(() => encodeDocument({ list: [text.slice(0, 9_000_000), text, 1, { a: 1 }] }))[0],
  ).toBe(10334);
});

test('a reply may be somewhat larger than a document may be', () => {
  const text = 'x'.repeat(limits.document);

  expect(encodeDocument({ text }).length).toBe(BSON.calculateObjectSize({ text }));
});

test('a field named _bsontype is read, and refused where it would have to be written anew', () => {
  const bytes = Buffer.from(BSON.serialize({ a: { bsontype: 'ObjectId' } }));
  const named = Buffer.from(
    bytes.toString('latin1').replace('bsontype\0', '_bsontype\0'),
    'latin1',
  );
  named.writeInt32LE(named.length, 0);
  named.writeInt32LE(named.length - 8, 7);

  expect(decodeDocument(named)).toEqual({ a: { _bsontype: 'ObjectId' } });
  expect(refusal(() => encodeDocument(decodeDocument(named)))[0]).toBe(22);
});

test('a message of documents within each other 10,000 times is a request or refused', () => {
  const bytes = Buffer.concat([Uint8Array.of(0), nested(10_000)]);

  expect(['request', 'refusal']).toContain(outcome(message(bytes)));
});
