/** A list price of AWS. */
export interface Price {
  usd: number;
  /** The unit of the price. */
  unit: string;
  /** The AWS page with the price. */
  source: string;
}

/** Date and region of the prices below. They do not include free tiers, discounts or taxes. */
export const PRICES_OF = { date: '2026-11-23', region: 'us-east-1' } as const;

export const PRICES = {
  busEvent: { usd: 1 / 1e6, unit: 'custom event of up to 64 KB', source: 'Amazon EventBridge pricing' },
  archivedGb: { usd: 0.1, unit: 'GB archived', source: 'Amazon EventBridge pricing' },
  archiveGbMonth: { usd: 0.023, unit: 'GB-month in the archive', source: 'Amazon EventBridge pricing' },
  tableWrite: { usd: 0.625 / 1e6, unit: 'write request unit, on demand', source: 'Amazon DynamoDB pricing' },
  tableRead: { usd: 0.125 / 1e6, unit: 'read request unit, on demand', source: 'Amazon DynamoDB pricing' },
  queueRequest: { usd: 0.5 / 1e6, unit: 'request to a FIFO queue', source: 'Amazon SQS pricing' },
  lambdaRequest: { usd: 0.2 / 1e6, unit: 'request', source: 'AWS Lambda pricing' },
  lambdaGbSecond: { usd: 0.0000133334, unit: 'GB-second, ARM', source: 'AWS Lambda pricing' },
  durableOperation: { usd: 8 / 1e6, unit: 'operation of a durable execution', source: 'AWS Lambda pricing' },
  fargateVcpuHour: { usd: 0.03238, unit: 'vCPU-hour, Linux/ARM', source: 'AWS Fargate pricing' },
  fargateGbHour: { usd: 0.00356, unit: 'GB-hour, Linux/ARM', source: 'AWS Fargate pricing' },
  ipv4Hour: { usd: 0.005, unit: 'public IPv4 address, hour', source: 'Amazon VPC pricing' },
  natHour: { usd: 0.045, unit: 'NAT gateway, hour', source: 'Amazon VPC pricing' },
  natGb: { usd: 0.045, unit: 'GB through the NAT gateway', source: 'Amazon VPC pricing' },
  secretMonth: { usd: 0.4, unit: 'secret, month', source: 'AWS Secrets Manager pricing' },
  metricMonth: { usd: 0.3, unit: 'custom metric, month', source: 'Amazon CloudWatch pricing' },
  alarmMonth: { usd: 0.1, unit: 'alarm, month', source: 'Amazon CloudWatch pricing' },
  dashboardMonth: { usd: 3, unit: 'dashboard, month', source: 'Amazon CloudWatch pricing' },
  trace: { usd: 5 / 1e6, unit: 'trace recorded', source: 'AWS X-Ray pricing' },
  logGb: { usd: 0.5, unit: 'GB of logs ingested', source: 'Amazon CloudWatch pricing' },
  serverHour: { usd: 0.0168, unit: 't4g.small, hour', source: 'Amazon EC2 On-Demand pricing' },
  diskGbMonth: { usd: 0.08, unit: 'GB-month of gp3', source: 'Amazon EBS pricing' },
} as const satisfies Record<string, Price>;
