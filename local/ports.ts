/** PORT moves everything: the issuer and the database listen on the next two. */
export function localPorts(env: NodeJS.ProcessEnv): { app: number; issuer: number; mongo: number } {
  const app = Number(env.PORT?.trim() || 3000);
  return { app, issuer: app + 1, mongo: app + 2 };
}
