export const handler = async (): Promise<void> => {
  console.log('greeted');
};
