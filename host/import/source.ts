/** A trained network, as its file or files hold it. */
export interface Source {
  bytes: Uint8Array;
  /** The file's name, for messages and for the model's metadata. */
  name: string;
  /** A file beside it, by the path that the network states: the weights of a TensorFlow.js model. */
  read?: (path: string) => Promise<Uint8Array>;
}
