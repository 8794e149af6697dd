export const handler = async (): Promise<void> => {
  console.log(`on the bus ${process.env.BUS}`);
};
