export { readCloudAssembly } from './cloud-assembly.ts';
export type {
  LocalArchive,
  LocalContainer,
  LocalDeployment,
  LocalFunction,
  LocalQueue,
  LocalRule,
  LocalSecret,
  LocalTarget,
  SecretGeneration,
  TargetInput,
} from './deployment.ts';
export { changesBetween } from './deployment-changes.ts';
export { ACCOUNT, busNameOf, REGION } from './intrinsics.ts';
export { readDeployment } from './read-deployment.ts';
export { synthesize } from './synth.ts';
export { unsupportedLine } from './unsupported-resources.ts';
