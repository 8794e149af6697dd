const NAMES = 'TENANT GREETING LINE LANGUAGE COUNT OWN OTHER KEY TOKEN IMPORTED LITERAL'.split(' ');

export const handler = async () => console.log(JSON.stringify(NAMES.map((name) => process.env[name])));
