import { type ArrayElement, FieldValue } from './field-value.ts';
import { isTooDeep, JsonReader, type JsonToken, tooDeep } from './json-reader.ts';
import { InvalidEventException, Refusal } from './refusal.ts';

/** The values found for each field, by the field's number. */
export type FieldValues = readonly (readonly FieldValue[])[];

interface Node {
  readonly children: Map<string, Node>;
  /** The field whose path ends here, or -1. */
  field: number;
  /** The same for patterns that don't look into empty keys. */
  fieldWithoutEmptyKeys: number;
}

/** The fields of the patterns, numbered. Finds their values in events, and reads no more than necessary. */
export class EventFields {
  readonly #root = newNode();
  #count = 0;

  /** The number of the field with this path. */
  add(path: string, looksIntoEmptyKeys: boolean): number {
    let node = this.#root;
    for (const step of path.split('.')) {
      const child = node.children.get(step) ?? newNode();
      node.children.set(step, child);
      node = child;
    }
    const name = looksIntoEmptyKeys || !path.endsWith('.') ? 'field' : 'fieldWithoutEmptyKeys';
    if (node[name] < 0) node[name] = this.#count++;
    return node[name];
  }

  /**
   * @param event an object as `JSON.parse` gives it, or JSON text
   * @throws InvalidEventException
   */
  valuesIn(event: unknown): FieldValues {
    const found = new Collector(this.#count);
    try {
      if (typeof event === 'string') found.readEvent(new JsonReader(event), this.#root);
      else found.walkEvent(event, this.#root);
    } catch (error) {
      throw error instanceof Refusal ? new InvalidEventException(error.message) : error;
    }
    return found.values;
  }
}

/** A place in an event: by which keys, in which elements, and whether through an empty key. */
interface Place {
  node: Node;
  element: ArrayElement | undefined;
  isByEmptyKey: boolean;
}

/** Far more than an event of 1 MB can have. It is a limit for arrays that contain each other. */
const MAX_ELEMENTS = 2_000_000;

class Collector {
  readonly values: FieldValue[][];
  #elements = 0;
  #arrays = 0;
  #depth = 0;

  constructor(fields: number) {
    this.values = Array.from({ length: fields }, () => []);
  }

  walkEvent(event: unknown, node: Node): void {
    if (typeof event !== 'object' || event === null || Array.isArray(event)) throw notAnObject();
    this.#walkObject(event, { node, element: undefined, isByEmptyKey: false });
  }

  #walkObject(object: object, place: Place): void {
    if (place.node.children.size === 0) return;
    for (const key of Object.keys(object)) {
      const inside = step(place, key);
      if (inside) this.#walkValue((object as Record<string, unknown>)[key], inside);
    }
  }

  #walkValue(value: unknown, place: Place): void {
    if (Array.isArray(value)) this.#walkArray(value, place);
    else if (typeof value === 'object' && value !== null) this.#walkObject(value, place);
    else if (value !== undefined) this.#add(contentOf(value), typeof value === 'string', place);
  }

  #walkArray(array: readonly unknown[], place: Place): void {
    if (isTooDeep(++this.#depth)) throw tooDeep();
    this.#elements += array.length;
    if (this.#elements > MAX_ELEMENTS) throw new Refusal(`Its arrays have more than ${MAX_ELEMENTS} elements`);
    const id = this.#arrays++;
    array.forEach((element, index) => {
      const isNested = typeof element === 'object' && element !== null;
      this.#walkValue(element ?? null, isNested ? within(place, id, index) : place);
    });
    this.#depth--;
  }

  readEvent(reader: JsonReader, node: Node): void {
    if (reader.next() !== '{') throw notAnObject();
    this.#readObject(reader, { node, element: undefined, isByEmptyKey: false });
  }

  #readObject(reader: JsonReader, place: Place): void {
    while (reader.next() === 'name') {
      const inside = step(place, reader.text);
      const token = reader.next();
      if (inside) this.#readValue(reader, token, inside);
      else reader.skip();
    }
  }

  #readValue(reader: JsonReader, token: JsonToken, place: Place): void {
    if (token === '{') this.#readObject(reader, place);
    else if (token === '[') this.#readArray(reader, place);
    else this.#add(token === 'string' || token === 'number' ? reader.text : token, token === 'string', place);
  }

  #readArray(reader: JsonReader, place: Place): void {
    const id = this.#arrays++;
    let index = 0;
    for (let token = reader.next(); token !== ']'; token = reader.next()) {
      this.#readValue(reader, token, token === '{' || token === '[' ? within(place, id, index) : place);
      index++;
    }
  }

  #add(content: string, isString: boolean, { node, element, isByEmptyKey }: Place): void {
    if (node.field >= 0) this.values[node.field]?.push(new FieldValue(content, isString, element));
    if (node.fieldWithoutEmptyKeys >= 0 && !isByEmptyKey) {
      this.values[node.fieldWithoutEmptyKeys]?.push(new FieldValue(content, isString, element));
    }
  }
}

/** The place of the value with this key, or undefined where no field is there. A key with dots is equal to the path. */
function step({ node, element, isByEmptyKey }: Place, key: string): Place | undefined {
  let child = node.children.get(key);
  if (!child && key.includes('.')) {
    child = node;
    for (const part of key.split('.')) child = child?.children.get(part);
  }
  return child && { node: child, element, isByEmptyKey: isByEmptyKey || key === '' };
}

function within({ node, element, isByEmptyKey }: Place, array: number, index: number): Place {
  return { node, element: { array, index, outer: element }, isByEmptyKey };
}

/** The value as in JSON, without quotes. */
function contentOf(value: unknown): string {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : 'null';
  return String(value);
}

function newNode(): Node {
  return { children: new Map(), field: -1, fieldWithoutEmptyKeys: -1 };
}

function notAnObject(): Refusal {
  return new Refusal('Event must be a JSON object');
}
