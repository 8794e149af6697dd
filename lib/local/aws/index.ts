export { AwsEndpoint } from './endpoint.ts';
export { Parameters } from './parameters.ts';
export { type QueuedMessage, Queues } from './queues.ts';
export type { RestAnswer, RestRequest, RestService } from './rest.ts';
export { Secrets } from './secrets.ts';
export { SecretsService } from './secrets-service.ts';
export { required, ServiceError, shapeError } from './service-error.ts';
export { SqsService } from './sqs-service.ts';
export { AwsAge, AwsWaits } from './waits.ts';
