import { createHash } from 'node:crypto';
import { partitionOf, urlSuffixOf } from '../aws-environment.ts';
import type { TemplateResource } from '../cloud-assembly.ts';
import { RESOURCE_TYPES } from './resource-types.ts';

/** A resource, and where it is deployed. */
export interface Deployed {
  stackName: string;
  id: string;
  resource: TemplateResource;
  account: string;
  region: string;
  /** URL of local mode's AWS endpoint: the base of the queues' URLs. */
  endpoint: string;
  /** A property, resolved; `undefined` where it is absent. */
  property(name: string): unknown;
}

/** The resource's name: given in the template, or made of the stack and the id. */
export function nameOf({ stackName, id, resource, property }: Deployed): string {
  const given = property(RESOURCE_TYPES[resource.Type]?.name ?? 'Name');
  if (given !== undefined) return String(given);
  // SQS requires this end of the name.
  return `${stackName}-${id}${resource.Type === 'AWS::SQS::Queue' && isTrue(property('FifoQueue')) ? '.fifo' : ''}`;
}

/** @throws for a type whose ARNs are not known here */
export function arnOf(deployed: Deployed): string {
  const { id, resource, property, account, region } = deployed;
  switch (resource.Type) {
    case 'AWS::Events::Rule':
      return `arn:${partitionOf(region)}:events:${region}:${account}:rule/${ruleName(deployed, '/')}`;
    case 'AWS::Lambda::Version':
    case 'AWS::Lambda::Alias':
      return `${functionArn(String(property('FunctionName')), deployed)}:${qualifierOf(deployed)}`;
    default: {
      const { arn } = RESOURCE_TYPES[resource.Type] ?? {};
      if (arn === undefined) throw new Error(`local mode cannot name the ARN of ${id}, a ${resource.Type}`);
      // Names of parameters begin with the slash that follows `parameter`.
      return filled(arn, deployed).replace(':parameter//', ':parameter/');
    }
  }
}

/** What `Ref` gives. @throws for a type of which local mode does not know it */
export function refOf(deployed: Deployed): string {
  const { id, resource } = deployed;
  if (resource.Type === 'AWS::Events::Rule') return ruleName(deployed, '|');
  if (resource.Type === 'AWS::Lambda::Version' || resource.Type === 'AWS::Lambda::Alias') return arnOf(deployed);
  const type = RESOURCE_TYPES[resource.Type];
  if (!type) throw new Error(`local mode does not know what Ref gives of ${id}, a ${resource.Type}`);
  return filled(type.ref ?? '{name}', deployed);
}

/** What `Fn::GetAtt` gives. @throws for an attribute that local mode does not know */
export function attributeOf(deployed: Deployed, attribute: string): string {
  const { id, resource, property } = deployed;
  const own: Record<string, (() => string) | undefined> = {
    'AWS::Events::Rule Arn': () => arnOf(deployed),
    'AWS::Lambda::Version Version': () => qualifierOf(deployed),
    'AWS::Lambda::Version FunctionArn': () => arnOf(deployed),
    'AWS::Lambda::Alias AliasArn': () => arnOf(deployed),
    'AWS::Lambda::Url FunctionArn': () => functionArn(String(property('TargetFunctionArn')), deployed),
  };
  const special = own[`${resource.Type} ${attribute}`];
  if (special) return special();
  const pattern = RESOURCE_TYPES[resource.Type]?.attributes?.[attribute];
  if (pattern !== undefined) return filled(pattern, deployed);
  throw new Error(`local mode does not know the attribute ${attribute} of ${id}, a ${resource.Type}`);
}

/** The ARN of a function that is given by its name, by its ARN, or by the ARN of one of its versions. */
export function functionArn(nameOrArn: string, { account, region }: Pick<Deployed, 'account' | 'region'>): string {
  if (!nameOrArn.startsWith('arn:')) {
    return `arn:${partitionOf(region)}:lambda:${region}:${account}:function:${nameOrArn.split(':')[0]}`;
  }
  return nameOrArn.split(':').slice(0, 7).join(':');
}

/** The name of an alias. A version's number: local mode has one version of each function. */
function qualifierOf({ resource, property }: Deployed): string {
  return resource.Type === 'AWS::Lambda::Version' ? '1' : String(property('Name'));
}

/** With the name of the bus, unless it is the default one. */
function ruleName(deployed: Deployed, separator: string): string {
  const bus = deployed.property('EventBusName');
  const name = nameOf(deployed);
  return bus === undefined || busNameOf(bus) === 'default' ? name : `${busNameOf(bus)}${separator}${name}`;
}

function filled(pattern: string, deployed: Deployed): string {
  const { stackName, id, account, region, endpoint, property } = deployed;
  const hash = createHash('sha256').update(`${stackName}/${id}`).digest('hex');
  return pattern.replace(/\{(\w+)\}/g, (_, key: string) => {
    switch (key) {
      case 'name':
        return nameOf(deployed);
      case 'arn':
        return arnOf(deployed);
      case 'p':
        return partitionOf(region);
      case 'r':
        return region;
      case 'a':
        return account;
      case 'u':
        return urlSuffixOf(region);
      case 'endpoint':
        return endpoint;
      case 'hex':
        return hash.slice(0, 17);
      case 'hex6':
        return hash.slice(0, 6);
      case 'uuid':
        return hash.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
      default: {
        const value = property(key);
        if (value === undefined) throw new Error(`${id} (${deployed.resource.Type}) has no property ${key}`);
        return String(value);
      }
    }
  });
}

/** The name of a bus that is given by its name, or by an ARN that ends with the name. */
export function busNameOf(nameOrArn: unknown): string {
  return String(nameOrArn).split(':event-bus/').at(-1) as string;
}

export function isTrue(value: unknown): boolean {
  return String(value) === 'true';
}
