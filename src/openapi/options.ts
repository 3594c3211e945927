declare module '@hapi/hapi' {
  interface PluginSpecificConfiguration {
    /** What the document says of a route, over what its schemas say. */
    openapi?: {
      /** The statuses that it refuses with, over those that every route may. */
      refusals?: number[];
      /** By status: the headers of an answer, each with its description. */
      headers?: Record<number, Record<string, string>>;
    };
  }
}

export {};
