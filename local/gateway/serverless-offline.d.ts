declare module 'serverless-offline/lambda' {
  export default class Lambda {
    start(): Promise<void>;
  }
}
