export const handler = async (): Promise<void> => {
  console.log(`stage ${process.env.STAGE} in ${process.env.AWS_REGION}`);
};
