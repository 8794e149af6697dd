import { readFileSync, writeFileSync } from 'node:fs';

interface Resource {
  Type: string;
  Properties?: Record<string, unknown>;
  DependsOn?: string | string[];
}

interface Template {
  Resources: Record<string, Resource>;
  Outputs?: Record<string, unknown>;
}

/** What MiniStack refuses to deploy: a template with one of these types is refused as a whole. */
const UNKNOWN_TYPES = [
  'AWS::EC2::EIP',
  'AWS::EC2::FlowLog',
  'AWS::EC2::NatGateway',
  'AWS::Events::Archive',
  'AWS::Events::EventBusPolicy',
  'AWS::Logs::Delivery',
  'AWS::Logs::DeliveryDestination',
  'AWS::Logs::DeliverySource',
];

/**
 * Leaves out of a template what MiniStack does not know, routes through a NAT gateway, and outputs that name any of these.
 *
 * @returns the types of what was left out
 * @throws where something that stays needs one of them
 */
export function leaveOutUnknown(templateFile: string): string[] {
  const template = JSON.parse(readFileSync(templateFile, 'utf8')) as Template;
  const { Resources, Outputs = {} } = template;
  const isUnknown = ({ Type, Properties }: Resource): boolean =>
    UNKNOWN_TYPES.includes(Type) || Properties?.NatGatewayId !== undefined;
  const out = Object.entries(Resources).filter(([, resource]) => isUnknown(resource));
  const ids = out.map(([id]) => id);
  for (const id of ids) delete Resources[id];
  for (const resource of Object.values(Resources)) {
    if (resource.DependsOn) resource.DependsOn = [resource.DependsOn].flat().filter((id) => !ids.includes(id));
  }
  for (const [name, output] of Object.entries(Outputs)) {
    if (ids.some((id) => refersTo(output, id))) delete Outputs[name];
  }
  const needed = ids.filter((id) => refersTo(template, id));
  if (needed.length > 0)
    throw new Error(`${templateFile}: ${needed.join(', ')} cannot be left out, others refer to it`);
  writeFileSync(templateFile, JSON.stringify(template));
  return [...new Set(out.map(([, { Type }]) => Type))].toSorted();
}

function refersTo(value: unknown, id: string): boolean {
  return new RegExp(`"(Ref|Fn::GetAtt)":\\[?"${id}"|\\$\\{${id}[.}]`).test(JSON.stringify(value));
}
