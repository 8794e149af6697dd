import { type ArrayElement, FieldValue } from './field-value.ts';
import { isTooDeep, JsonReader, type JsonToken, sketchOf, tooDeep } from './json-reader.ts';
import { InvalidEventException, Refusal } from './refusal.ts';

/** The values that an event has for the fields. */
export interface FieldValues {
  /** By the field's number. */
  readonly of: readonly (readonly FieldValue[])[];
  /** Whether any of them is in an element of an array, itself an object or an array. */
  readonly areInElements: boolean;
}

interface Node {
  readonly children: Map<string, Node>;
  /** A bit for the sketch of each key, also of one with dots, that leads from here to a field. */
  sketches: number;
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
    const steps = path.split('.');
    for (const [at, step] of steps.entries()) {
      for (let end = at + 1; end <= steps.length; end++) {
        node.sketches |= 1 << sketchOf(steps.slice(at, end).join('.'));
      }
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
    return found;
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

/** Shared by all fields without a value, which most are. */
const NONE: FieldValue[] = [];

class Collector implements FieldValues {
  readonly of: FieldValue[][];
  areInElements = false;
  #elements = 0;
  #arrays = 0;
  #depth = 0;

  constructor(fields: number) {
    this.of = new Array<FieldValue[]>(fields).fill(NONE);
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
      const isWanted = (place.node.sketches >>> reader.sketch) & 1;
      const inside = isWanted ? step(place, reader.text) : undefined;
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
    if (node.field < 0 && node.fieldWithoutEmptyKeys < 0) return;
    if (element) this.areInElements = true;
    const value = new FieldValue(content, isString, element);
    if (node.field >= 0) this.#addTo(node.field, value);
    if (node.fieldWithoutEmptyKeys >= 0 && !isByEmptyKey) this.#addTo(node.fieldWithoutEmptyKeys, value);
  }

  #addTo(field: number, value: FieldValue): void {
    const values = this.of[field] as FieldValue[];
    if (values === NONE) this.of[field] = [value];
    else values.push(value);
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
  return { children: new Map(), sketches: 0, field: -1, fieldWithoutEmptyKeys: -1 };
}

function notAnObject(): Refusal {
  return new Refusal('Event must be a JSON object');
}
