// A canister that calls itself: recursion, loops of awaits, many calls at once, and what of the state
// the others see meanwhile.
import Error "mo:core/Error";
import List "mo:core/List";
import Nat "mo:core/Nat";
import Runtime "mo:core/Runtime";

persistent actor Awaits {
  var calls = 0;
  var steps = 0;

  public func fibonacci(n : Nat) : async Nat {
    calls += 1;
    if (n < 2) return n;
    (await fibonacci(n - 1)) + (await fibonacci(n - 2))
  };

  /// Both at once: the second is sent before the first is awaited.
  public func parallelFibonacci(n : Nat) : async Nat {
    calls += 1;
    if (n < 2) return n;
    let one = parallelFibonacci(n - 1);
    let two = parallelFibonacci(n - 2);
    (await one) + (await two)
  };

  public func step(n : Nat) : async Nat {
    calls += 1;
    if (n % 2 == 0) n / 2 else 3 * n + 1
  };

  /// A message for each step of the sequence.
  public func collatz(start : Nat) : async [Nat] {
    var n = start;
    let path = List.singleton<Nat>(n);
    while (n != 1) {
      n := await step(n);
      List.add(path, n);
    };
    List.toArray(path)
  };

  /// All sent, then all awaited, in the order of the list.
  public func halves(numbers : [Nat]) : async [Nat] {
    let answers = List.empty<async Nat>();
    for (n in numbers.vals()) List.add(answers, step(n));
    let results = List.empty<Nat>();
    for (answer in List.values(answers)) List.add(results, await answer);
    List.toArray(results)
  };

  public func read() : async Nat { steps };

  /// What another message sees between two awaits of this one.
  public func watch() : async [Nat] {
    steps := 1;
    let first = await read();
    steps := 2;
    let second = await read();
    [first, second, steps]
  };

  /// Commits 10, then traps: 10 stays, 100 does not.
  public func trapAfterAwait() : async () {
    steps := 10;
    ignore await read();
    steps := 100;
    Runtime.trap("after the await");
  };

  public func trapBeforeAwait() : async () {
    steps := 1_000;
    if (steps == 1_000) Runtime.trap("before the await");
    ignore await read();
  };

  public func deep(n : Nat) : async Nat {
    if (n == 0) throw Error.reject("at the bottom");
    await deep(n - 1)
  };

  public func tryDeep(n : Nat) : async Text {
    try { Nat.toText(await deep(n)) } catch (error) { Error.message(error) }
  };

  /// async*: no message of its own until something is awaited.
  func sum(numbers : [Nat]) : async* Nat {
    var total = 0;
    for (n in numbers.vals()) total += if (n > 9) await step(n) else n;
    total
  };

  public func total(numbers : [Nat]) : async Nat { await* sum(numbers) };

  public query func counters() : async { calls : Nat; steps : Nat } { { calls; steps } };
};
