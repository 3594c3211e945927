import type { Adapter, AdapterPayload } from 'oidc-provider';

interface Entry {
  payload: AdapterPayload;
  expiresAt: number;
}

/**
 * Where oidc-provider keeps sessions, grants and codes: they live as long as the process.
 * The one that it brings along warns on every start that it is for development.
 */
export function createMemory(): (model: string) => Adapter {
  const entries = new Map<string, Entry>();

  function read(key: string): AdapterPayload | undefined {
    const entry = entries.get(key);
    if (entry && entry.expiresAt <= Date.now()) entries.delete(key);
    return entries.get(key)?.payload;
  }

  function sweep() {
    for (const key of entries.keys()) read(key);
  }

  return (model) => {
    const keyOf = (id: string) => `${model}:${id}`;

    function findBy(member: 'uid' | 'userCode', value: string): AdapterPayload | undefined {
      for (const key of entries.keys()) {
        const payload = key.startsWith(keyOf('')) ? read(key) : undefined;
        if (payload?.[member] === value) return payload;
      }
    }

    return {
      async upsert(id, payload, expiresIn) {
        sweep();
        const expiresAt = expiresIn ? Date.now() + expiresIn * 1000 : Number.POSITIVE_INFINITY;
        entries.set(keyOf(id), { payload, expiresAt });
      },
      async find(id) {
        return read(keyOf(id));
      },
      async findByUid(uid) {
        return findBy('uid', uid);
      },
      async findByUserCode(userCode) {
        return findBy('userCode', userCode);
      },
      async consume(id) {
        const payload = read(keyOf(id));
        if (payload) payload.consumed = Math.floor(Date.now() / 1000);
      },
      async destroy(id) {
        entries.delete(keyOf(id));
      },
      async revokeByGrantId(grantId) {
        for (const [key, { payload }] of entries) {
          if (key.startsWith(keyOf('')) && payload.grantId === grantId) entries.delete(key);
        }
      },
    };
  };
}
