// The one import of a build with STREAM; the file's name is the import's module.

/** Copies `bytes` bytes of the model file from `offset` on to `address`. */
export declare function read(offset: u32, address: usize, bytes: u32): void;
