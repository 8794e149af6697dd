export const greeting = 'built';
