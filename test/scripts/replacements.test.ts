import * as url from '../../scripts/replacements/url.ts';

// It is no TypeScript: it has to be read when it is needed, and not before.
const { saslprep } = jest.requireActual('../../scripts/replacements/saslprep.cjs');

const originals = {
  saslprep: jest.requireActual('../../node_modules/@mongodb-js/saslprep').saslprep,
  url: jest.requireActual('../../node_modules/whatwg-url'),
};

const ascii = String.fromCharCode(...Array.from({ length: 95 }, (_, i) => 32 + i));

test.each([
  '',
  ascii,
  'pässwörd',
  'ﬁ',
  'a\u00a0b',
  'I\u00adX',
  '\u0007',
  'a\u0627',
  '\u0627a\u0627',
])('the password %j is prepared, or refused, as by the package', (password) => {
  expect(outcome(() => saslprep(password))).toEqual(outcome(() => originals.saslprep(password)));
});

test.each([
  'mongodb://localhost/',
  'mongodb://127.0.0.1:27017/name?retryWrites=true&w=majority',
  'mongodb://[::1]:27017/',
  'mongodb://user:p%40ss%2Fword@_/name?authSource=%24external&authMechanism=MONGODB-AWS',
  'mongodb+srv://us%C3%A9r:secret@cluster0.example.mongodb.net/?appName=a+b',
  'mongodb+srv://CLUSTER.Example.net/na%20me',
  'mongodb://bücher.example/',
  'mongodb://a b/',
  'mongodb://host:99999/',
])('%s is read, or refused, as by the package', (address) => {
  const read = ({ URL, URLSearchParams }: typeof url) =>
    outcome(() => {
      const { protocol, username, password, host, pathname, search, searchParams, href } = new URL(
        address,
      );
      const pairs = [...searchParams];
      const again = String(new URLSearchParams(search));
      return { protocol, username, password, host, pathname, search, pairs, again, href };
    });
  expect(read(url)).toEqual(read(originals.url));
});

function outcome(work: () => unknown): unknown {
  try {
    return work();
  } catch {
    return 'refused';
  }
}
