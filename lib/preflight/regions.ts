/** Regions in which CloudFormation cannot make a schema registry; the others have every type that the app needs. */
export const WITHOUT_SCHEMA_REGISTRY: readonly string[] = [
  'ap-east-2',
  'ap-south-2',
  'ap-southeast-4',
  'ap-southeast-5',
  'ap-southeast-6',
  'ap-southeast-7',
  'ca-west-1',
  'il-central-1',
  'mx-central-1',
];
