import type { Resource } from '../deploy/project.ts';
import type { Question } from './policy.ts';

export type Resources = Record<string, Resource & { Type: string }>;

const ACCOUNT = 'us-east-1:123456789012';

/** What sls asks of AWS itself when it deploys a stage, lists its deployments and rolls one back. */
export const ofFramework = (stack: string): Question[] => [
  ...all(
    `arn:aws:cloudformation:${ACCOUNT}:stack/${stack}/id`,
    'cloudformation',
    'CreateChangeSet DeleteChangeSet DescribeChangeSet DescribeStackEvents DescribeStackResource DescribeStacks ExecuteChangeSet ListStackResources',
  ),
  ...all('*', 'cloudformation', 'ValidateTemplate'),
  ...all(bucketOf(stack), 's3', 'ListBucket'),
  ...all(`${bucketOf(stack)}/serverless/a`, 's3', 'DeleteObject GetObject PutObject'),
];

/** What serverless-domain-manager does for a stage that has a domain, besides. */
export const ofDomain = (domain: string): Question[] => [
  ...all(`arn:aws:apigateway:us-east-1::/domainnames/${domain}`, 'apigateway', 'GET'),
  ...all(
    `arn:aws:apigateway:us-east-1::/domainnames/${domain}/apimappings`,
    'apigateway',
    'GET POST',
  ),
  ...all(
    `arn:aws:apigateway:us-east-1::/domainnames/${domain}/apimappings/id`,
    'apigateway',
    'DELETE PATCH',
  ),
];

/** What npm run doctor and npm run smoke ask, and would not tell without. */
export const ofDoctor = (stack: string): Question[] => [
  ...all('*', 'lambda', 'GetAccountSettings'),
  ...all(`arn:aws:lambda:${ACCOUNT}:function:${stack}-api`, 'lambda', 'GetFunctionConcurrency'),
];

/**
 * What CloudFormation does for a resource by the rights of who deploys, when it makes, changes, replaces or deletes
 * it. The actions are those of the handlers in the types' schemas, as far as a template here has the properties they
 * are for: https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html#schema-properties-handlers
 */
export function ofResource(id: string, resources: Resources, stack: string): Question[] {
  const { Type, Properties: p = {} } = resources[id]!;
  // Ref, Fn::GetAtt, or an alias' ARN made of one.
  const functionOf = (named: object) =>
    resources[/"(?:Ref|Fn::GetAtt)":\[?"(\w+)"/.exec(JSON.stringify(named))![1]!]!.Properties!
      .FunctionName;
  const functionArn = (name: string) => `arn:aws:lambda:${ACCOUNT}:function:${name}`;
  switch (Type) {
    case 'AWS::S3::Bucket':
      // Neither it nor its policy is ever deleted by a deployment.
      return all(
        bucketOf(stack),
        's3',
        'CreateBucket ListBucket PutBucketTagging PutEncryptionConfiguration TagResource',
      );
    case 'AWS::S3::BucketPolicy':
      return all(bucketOf(stack), 's3', 'GetBucketPolicy PutBucketPolicy');
    case 'AWS::Logs::LogGroup':
      return [
        ...all(
          `arn:aws:logs:${ACCOUNT}:log-group:${p.LogGroupName}`,
          'logs',
          'CreateLogGroup DeleteLogGroup DeleteRetentionPolicy ListTagsForResource PutRetentionPolicy TagResource UntagResource',
        ),
        ...all('*', 'logs', 'DescribeLogGroups'),
      ];
    case 'AWS::Lambda::LayerVersion':
      return [
        ...all(
          `arn:aws:lambda:${ACCOUNT}:layer:${p.LayerName}`,
          'lambda',
          'DeleteLayerVersion GetLayerVersion PublishLayerVersion',
        ),
        ...all(`${bucketOf(stack)}/${p.Content.S3Key}`, 's3', 'GetObject'),
      ];
    case 'AWS::Lambda::Function':
      return [
        ...all(
          functionArn(p.FunctionName),
          'lambda',
          'CreateFunction DeleteFunction DeleteFunctionConcurrency GetFunction PutFunctionConcurrency TagResource UntagResource UpdateFunctionCode UpdateFunctionConfiguration',
        ),
        ...all(`${bucketOf(stack)}/${p.Code.S3Key}`, 's3', 'GetObject'),
      ];
    case 'AWS::Lambda::Version':
      return all(
        functionArn(functionOf(p.FunctionName)),
        'lambda',
        'DeleteFunction GetFunctionConfiguration ListVersionsByFunction PublishVersion',
      );
    case 'AWS::Lambda::Alias':
      return all(
        functionArn(`${functionOf(p.FunctionName)}:${p.Name}`),
        'lambda',
        'CreateAlias DeleteAlias DeleteProvisionedConcurrencyConfig GetAlias GetProvisionedConcurrencyConfig PutProvisionedConcurrencyConfig UpdateAlias',
      );
    case 'AWS::Lambda::Permission':
      return all(
        functionArn(functionOf(p.FunctionName)),
        'lambda',
        'AddPermission GetPolicy RemovePermission',
      );
    case 'AWS::ApiGatewayV2::Api':
      return [
        ...all('arn:aws:apigateway:us-east-1::/apis', 'apigateway', 'POST'),
        ...all('arn:aws:apigateway:us-east-1::/apis/id', 'apigateway', 'DELETE GET PATCH PUT'),
        ...all('arn:aws:apigateway:us-east-1::/tags/arn', 'apigateway', 'DELETE GET POST PUT'),
      ];
    case 'AWS::ApiGatewayV2::Authorizer':
    case 'AWS::ApiGatewayV2::Integration':
    case 'AWS::ApiGatewayV2::Route':
      return all(
        'arn:aws:apigateway:us-east-1::/apis/id/parts/id',
        'apigateway',
        'DELETE GET PATCH POST PUT',
      );
    case 'AWS::ApiGatewayV2::Stage':
      return [
        ...all(
          'arn:aws:apigateway:us-east-1::/apis/id/stages/$default',
          'apigateway',
          'DELETE GET PATCH POST',
        ),
        // For its access log: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging.html
        ...all(
          '*',
          'logs',
          'CreateLogDelivery DeleteLogDelivery DescribeResourcePolicies GetLogDelivery ListLogDeliveries PutResourcePolicy UpdateLogDelivery',
        ),
      ];
    case 'AWS::IAM::Role': {
      const arn = `arn:aws:iam::123456789012:role/${stack}-us-east-1-lambdaRole`;
      return [
        ...all(arn, 'iam', 'CreateRole DeleteRolePolicy PutRolePermissionsBoundary PutRolePolicy', {
          'iam:PermissionsBoundary': p.PermissionsBoundary,
        }),
        ...all(
          arn,
          'iam',
          'DeleteRole GetRole GetRolePolicy ListAttachedRolePolicies ListRolePolicies TagRole UntagRole UpdateAssumeRolePolicy',
        ),
        ...all(arn, 'iam', 'PassRole', { 'iam:PassedToService': 'lambda.amazonaws.com' }),
      ];
    }
    case 'AWS::SNS::Topic':
      return [
        ...all(
          `arn:aws:sns:${ACCOUNT}:${p.TopicName}`,
          'sns',
          'CreateTopic DeleteTopic GetTopicAttributes ListSubscriptionsByTopic ListTagsForResource SetTopicAttributes Subscribe TagResource UntagResource',
        ),
        ...all('*', 'sns', 'Unsubscribe'),
      ];
    case 'AWS::CloudWatch::Alarm':
      return [
        ...all(
          `arn:aws:cloudwatch:${ACCOUNT}:alarm:${p.AlarmName}`,
          'cloudwatch',
          'DeleteAlarms ListTagsForResource PutMetricAlarm TagResource UntagResource',
        ),
        ...all('*', 'cloudwatch', 'DescribeAlarms'),
      ];
    case 'AWS::CloudWatch::Dashboard':
      return all(
        `arn:aws:cloudwatch::123456789012:dashboard/${p.DashboardName}`,
        'cloudwatch',
        'DeleteDashboards GetDashboard PutDashboard',
      );
    default:
      throw new Error(`What ${Type} needs is not known here: ${id}.`);
  }
}

/** The tags of a stack. */
export const ofTags = (stack: string): Question[] =>
  all(
    `arn:aws:cloudformation:${ACCOUNT}:stack/${stack}/id`,
    'cloudformation',
    'TagResource UntagResource',
  );

function bucketOf(stack: string): string {
  return `arn:aws:s3:::${stack}-serverlessdeploymentbucket-1a2b3c4d5e6f`;
}

function all(
  resource: string,
  service: string,
  names: string,
  context: Record<string, string> = {},
): Question[] {
  return names.split(' ').map((name) => ({ action: `${service}:${name}`, resource, context }));
}
