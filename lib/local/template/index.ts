export { ACCOUNT, REGION } from './aws-environment.ts';
export type { CloudAssembly } from './cloud-assembly.ts';
export { missingLookups, readCloudAssembly } from './cloud-assembly.ts';
export type {
  AsynchronousConfig,
  LocalArchive,
  LocalContainer,
  LocalDeployment,
  LocalFunction,
  LocalParameter,
  LocalQueue,
  LocalRule,
  LocalSecret,
  LocalTable,
  LocalTarget,
  SecretGeneration,
  TargetInput,
} from './deployment.ts';
export { changesBetween } from './deployment-changes.ts';
export { type GivenValues, LOCAL_VALUES_FILE, mergedValues, readGivenValues } from './given-values.ts';

export { readDeployment, readSecrets } from './read-deployment.ts';
export { synthesize } from './synth.ts';
export { unsupportedLine } from './unsupported-resources.ts';
export { busNameOf } from './values/resource-values.ts';
export type { TemplateValuesOptions } from './values/template-values.ts';
