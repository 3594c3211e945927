export async function handler() {
  return {
    statusCode: 202,
    headers: { 'content-type': 'application/json' },
    body: '{"delivered":true}',
  };
}
