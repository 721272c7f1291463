/** Gives back the object that it is handed: what a subclass adds private fields to is that object. */
class Handed {
  constructor(object: object) {
    return object;
  }
}

/** As a WeakMap has them. */
export interface Attachments<V> {
  get(object: object): V | undefined;
  set(object: object, value: V): void;
}

/**
 * Values attached to objects of others, in a private field: seen by nothing else, and gone with the object. A
 * WeakMap with an entry for each request costs the garbage collector a tenth of what a request takes
 * (`npm run bench:http`).
 */
export function attachments<V>(): Attachments<V> {
  return class Attachment extends Handed {
    #value: V;

    constructor(object: object, value: V) {
      super(object);
      this.#value = value;
    }

    static get(object: object): V | undefined {
      return #value in object ? object.#value : undefined;
    }

    static set(object: object, value: V): void {
      if (#value in object) object.#value = value;
      else new Attachment(object, value);
    }
  };
}
