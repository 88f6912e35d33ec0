/**
 * `compute` with its results kept as long as its argument is: the layers' matrices are decomposed once for all the
 * choices that are tried under them. Neither the argument nor the result may be changed afterwards.
 */
export function remembered<Key extends object, Result>(compute: (key: Key) => Result): (key: Key) => Result {
  const results = new WeakMap<Key, Result>();
  return (key) => {
    let result = results.get(key);
    if (result === undefined) {
      result = compute(key);
      results.set(key, result);
    }
    return result;
  };
}
