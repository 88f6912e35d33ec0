// format/*.ts is compiled by both compilers; this names AssemblyScript's integer types for TypeScript.
declare type i32 = number;
declare type f64 = number;
