import { createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Schema, Schemas } from './schema.ts';

/**
 * A provider of which Terraform gets to know the schema, and that everything is well: terraform validate and the
 * mocks of terraform test ask for no more. Plugins speak gRPC, the messages are those of tfplugin6.proto:
 * https://github.com/hashicorp/terraform-plugin-go/blob/main/tfprotov6/internal/tfplugin6/tfplugin6.proto
 */
export async function startProvider(schemas: Schemas): Promise<Http2Server> {
  const answer = toAnswer(schemas);
  const server = createServer();
  server.on('stream', (stream, headers) => {
    const path = headers[':path'];
    stream.resume();
    if (path === '/tfplugin6.Provider/GetProviderSchema') reply(stream, answer);
    else if (/\/Validate\w+Config$/.test(path!)) reply(stream, Buffer.alloc(0));
    else refuse(stream);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** What Terraform wants in TF_REATTACH_PROVIDERS to ask a provider that runs already. */
export function describeProvider(server: Http2Server): object {
  const { address, port } = server.address() as AddressInfo;
  return {
    Protocol: 'grpc',
    ProtocolVersion: 6,
    Pid: process.pid,
    // It does not end the process then.
    Test: true,
    Addr: { Network: 'tcp', String: `${address}:${port}` },
  };
}

/** https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md */
function reply(stream: ServerHttp2Stream, message: Buffer): void {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(Buffer.concat([head, message]));
}

/** 12 is unimplemented. */
function refuse(stream: ServerHttp2Stream): void {
  const headers = { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '12' };
  stream.respond(headers, { endStream: true });
}

function toAnswer(schemas: Schemas): Buffer {
  // One that is not configured has a schema too; the two are merged.
  const fields = [field(1, field(2, ''))];
  for (const [address, schema] of schemas) {
    const message = field(2, toBlock(schema));
    const name = address.replace(/^data\./, '');
    if (address.startsWith('provider.')) fields.push(field(1, message));
    else fields.push(field(name === address ? 2 : 3, field(1, name), field(2, message)));
  }
  return Buffer.concat(fields);
}

function toBlock({ attributes, blocks }: Schema): Buffer {
  const fields: Buffer[] = [];
  for (const [name, { type, isArgument, isRequired }] of attributes) {
    const isOptional = isArgument && !isRequired;
    // Which arguments the provider fills in itself does not stand in the bindings: it may be any.
    const flags = [field(4, isRequired), field(5, isOptional), field(6, !isRequired)];
    fields.push(field(2, field(1, name), field(2, JSON.stringify(type)), ...flags));
  }
  for (const [name, block] of blocks) {
    const nesting = { single: 1, list: 2, set: 3 }[block.nesting];
    const limits =
      block.nesting === 'single' ? [] : [field(4, block.isRequired), field(5, block.isOne)];
    fields.push(field(3, field(1, name), field(2, toBlock(block)), field(3, nesting), ...limits));
  }
  return Buffer.concat(fields);
}

/** https://protobuf.dev/programming-guides/encoding/ */
function field(number: number, ...values: (Buffer | string | number | boolean)[]): Buffer {
  const [first] = values;
  if (typeof first === 'number' || typeof first === 'boolean') {
    return Buffer.from([number << 3, Number(first)]);
  }
  const content = Buffer.concat(values.map((value) => Buffer.from(value as Buffer | string)));
  return Buffer.concat([Buffer.from([(number << 3) | 2]), varint(content.length), content]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128);
  return Buffer.from([...bytes, rest]);
}
