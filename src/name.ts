/** What the service is called where nothing else says so; serverless.yml and package.json say the same. */
export const NAME = 'hapiway';
