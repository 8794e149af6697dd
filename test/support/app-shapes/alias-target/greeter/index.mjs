export const handler = async ({ detail }, context) => {
  console.log(context.invokedFunctionArn, context.functionVersion, process.env.AWS_LAMBDA_FUNCTION_VERSION);
  if (detail.fails) throw new Error('no such room');
};
