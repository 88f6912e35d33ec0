// The WASI calls the command makes, and no others. asc imports a declared function from the module that has
// this file's name. Pointers are u32 in memory; every call returns an errno, 0 for success.

/** Writes argc and the bytes of all arguments with their zeros. */
export declare function args_sizes_get(count: usize, bytes: usize): i32;
/** Writes argc pointers, and the zero-terminated arguments they point to. */
export declare function args_get(pointers: usize, buffer: usize): i32;
/** Writes a u64 of nanoseconds; clock 1 is monotonic. */
export declare function clock_time_get(clock: i32, precision: u64, result: usize): i32;
export declare function fd_close(fd: i32): i32;
/** Writes 24 bytes: u8 file type at 0. */
export declare function fd_fdstat_get(fd: i32, result: usize): i32;
/** Writes u8 tag (0: a folder) and, at 4, the u32 length of its name. */
export declare function fd_prestat_get(fd: i32, result: usize): i32;
export declare function fd_prestat_dir_name(fd: i32, name: usize, bytes: i32): i32;
/** vectors: count pairs of u32 pointer and length. */
export declare function fd_read(fd: i32, vectors: usize, count: i32, read: usize): i32;
export declare function fd_write(fd: i32, vectors: usize, count: i32, written: usize): i32;
/** Writes 64 bytes: u8 file type at 16. */
export declare function path_filestat_get(fd: i32, lookup: i32, path: usize, bytes: i32, result: usize): i32;
export declare function path_open(
  fd: i32,
  lookup: i32,
  path: usize,
  bytes: i32,
  create: i32,
  rights: u64,
  inherited: u64,
  flags: i32,
  result: usize,
): i32;
export declare function path_rename(fd: i32, path: usize, bytes: i32, newFd: i32, newPath: usize, newBytes: i32): i32;
export declare function path_unlink_file(fd: i32, path: usize, bytes: i32): i32;
export declare function proc_exit(code: i32): void;
