import { RemovalPolicies, RemovalPolicy } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** What `cdk destroy` leaves. */
export type Retained = 'passwords' | 'data' | 'nothing';

/** Types of resources with call data. */
const DATA = ['AWS::Logs::LogGroup', 'AWS::SQS::Queue', 'AWS::Events::Archive'];
/** Asterisk has these passwords too: without them it would have to be configured again. */
const PASSWORDS = ['AWS::SecretsManager::Secret'];

/**
 * Keeps resources of an app when their stack is deleted, or when they are removed from it. A stack whose first deployment
 * fails leaves none, as their names would block the next attempt.
 */
export function retain(app: IConstruct, what: Retained): void {
  const policies = RemovalPolicies.of(app);
  const kept: string[] = { nothing: [], passwords: PASSWORDS, data: [...PASSWORDS, ...DATA] }[what];
  const removed = [...PASSWORDS, ...DATA].filter((type) => !kept.includes(type));
  if (kept.length > 0) policies.apply(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE, { applyToResourceTypes: kept });
  if (removed.length > 0) policies.destroy({ applyToResourceTypes: removed });
}
