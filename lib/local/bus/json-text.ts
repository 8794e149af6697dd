import { JsonReader, type JsonToken } from '../../events/pattern/json-reader.ts';

/** A value of a JSON document, with its text as the document has it. */
export interface JsonText {
  text: string;
  /** The members of an object, of each name the last one; or the elements of an array, by their numbers. */
  members: ReadonlyMap<string, JsonText> | undefined;
  isArray: boolean;
}

/** Reads a JSON document without parsing its numbers, which may have more digits than a number of JavaScript. */
export function readJsonText(json: string): JsonText {
  const reader = new JsonReader(json);
  return valueFrom(reader, reader.next(), json);
}

function valueFrom(reader: JsonReader, token: JsonToken, json: string): JsonText {
  const { start } = reader;
  if (token !== '{' && token !== '[')
    return { text: json.slice(start, reader.end), members: undefined, isArray: false };
  const members = new Map<string, JsonText>();
  for (let next = reader.next(); next !== '}' && next !== ']'; next = reader.next()) {
    const isNamed = token === '{';
    const name = isNamed ? reader.text : String(members.size);
    members.set(name, valueFrom(reader, isNamed ? reader.next() : next, json));
  }
  return { text: json.slice(start, reader.end), members, isArray: token === '[' };
}
