import type { Language } from '../types.js';

/** One language's everyday library in the shared vocabulary. '' drops the name. */
export interface Vocabulary {
  /** Names that are called or read as a member: `x.len()`, `x.length`, `puts x`. */
  calls: Record<string, string>;
  /** Names wherever they stand. */
  names: Record<string, string>;
}

const table = (rows: Record<string, string>): Record<string, string> => {
  const out: Record<string, string> = {};
  for (const [word, names] of Object.entries(rows))
    for (const name of names.split(/\s+/)) if (name) out[name] = word === '-' ? '' : word;
  return out;
};

/** Words put before what they work on, however the language orders them. */
export const PREFIX = new Set(
  'length abs sqrt floor ceil round max min power sum sort reverse lower upper trim print read gcd empty sin cos log exp throw is_digit is_letter'.split(
    ' ',
  ),
);

const sharedCalls = table({
  length:
    'len length size count getLength strlen Length Count Len size_t sizeof mb_strlen num_rows',
  append:
    'append push push_back add addLast emplace_back emplace push_str array_push offer Add AddLast pushBack Append Push PushBack addOne WriteByte Enqueue enqueue push_last',
  prepend:
    'appendleft push_front addFirst unshift prepend offerFirst AddFirst emplace_front array_unshift',
  pop: 'pop pop_back removeLast pollLast array_pop Pop popLast RemoveLast',
  shift:
    'popleft pop_front removeFirst pollFirst poll shift array_shift Dequeue dequeue popFirst RemoveFirst',
  first: 'first front peek peekFirst getFirst First head Peek top firstOrNull peek_front',
  last: 'last back peekLast getLast Last lastOrNull ',
  sort: 'sort sorted sort_by sort_unstable sort_by_key sort_unstable_by sort! sort_by! sortBy sortWith sortedBy sortedWith sortInPlace qsort stable_sort usort asort ksort Sort Ints Strings Slice OrderBy ThenBy sortedArray SliceStable',
  reverse: 'reverse reversed rev Reverse reverse! strrev array_reverse ',
  max: 'max Max maximum max_by amax fmax maxOf maxBy max_element maxOrNull chmax ',
  min: 'min Min minimum min_by amin fmin minOf minBy min_element minOrNull chmin',
  abs: 'abs Abs fabs absoluteValue llabs labs absInt',
  sum: 'sum Sum accumulate array_sum inject_sum sumOf sumBy',
  sqrt: 'sqrt Sqrt isqrt sqrtl',
  power: 'pow Pow powi powf powl modpow powInt',
  floor: 'floor Floor floorDiv',
  ceil: 'ceil Ceil Ceiling',
  round: 'round Round',
  gcd: 'gcd Gcd __gcd GCD',
  split:
    'split split_whitespace split_ascii_whitespace Split explode preg_split str_split Fields splitlines lines',
  join: 'join Join implode joinToString mkString joined joining',
  trim: 'trim strip chomp rstrip lstrip Trim TrimSpace trim_end trimmingCharacters rtrim ltrim trim_start trimEnd TrimEnd',
  replace:
    'replace replaceAll gsub sub Replace ReplaceAll str_replace preg_replace replacingOccurrences gsub! replaceFirst',
  has: 'contains includes include? contains_key containsKey has key? has_key has_key? Contains ContainsKey in_array isset array_key_exists includes? member? containsValue containsObject member has_value',
  starts:
    'startswith startsWith starts_with start_with? HasPrefix hasPrefix StartsWith str_starts_with',
  ends: 'endswith endsWith ends_with end_with? HasSuffix hasSuffix EndsWith str_ends_with',
  index:
    'indexOf index find_index IndexOf strpos position index_of firstIndex Index findIndex lastIndexOf rfind',
  find: 'find detect Find first_where',
  upper:
    'upper toUpperCase upcase to_uppercase to_ascii_uppercase ToUpper strtoupper uppercased toupper uppercase uppercaseChar',
  lower:
    'lower toLowerCase downcase to_lowercase to_ascii_lowercase ToLower strtolower lowercased tolower lowercase lowercaseChar casefold',
  int: 'int parseInt to_i intval ParseInt Atoi stoi atoi stoll atol strtol toInt ToInt32 ToInt64 parseLong Parse parse toLong Int',
  float: 'float parseFloat to_f floatval ParseFloat stod atof toDouble parseDouble ToDouble Double',
  str: 'str toString to_s to_string ToString String Itoa to_str strval valueOf FormatInt Sprint format Format sprintf Sprintf',
  map: 'map Map map! collect_concat array_map Select mapTo flat_map flatMap mapIndexed compactMap filter_map SelectMany mapToObj mapToInt transform',
  filter: 'filter select array_filter Where select! reject filterNot retain Filter keep_if copy_if',
  reduce: 'reduce fold inject array_reduce Aggregate foldLeft reduceLeft foldRight',
  any: 'any any? some Any exists anyMatch any_of none none? noneMatch',
  all: 'all all? every All allMatch forall allSatisfy all_of',
  zip: 'zip Zip array_combine zipped',
  enumerate:
    'enumerate each_with_index withIndex zipWithIndex each_index enumerated forEachIndexed with_index',
  slice:
    'slice substring substr Substring subList slice! array_slice copyOfRange sublist subSequence mb_substr subarray',
  insert: 'insert Insert splice array_splice insert_at',
  remove:
    'remove delete Remove erase unset discard delete_at removeAt RemoveAt removeValue remove_at delete_if removeIf swap_remove',
  clear: 'clear Clear',
  get: 'get getOrDefault fetch at charAt char_at get_or_insert_with getOrElse GetValueOrDefault get_mut elementAt getOrPut nth TryGetValue byteAt CharAt',
  set: 'put set insert_entry setdefault store putIfAbsent',
  entry: 'entry or_insert or_default computeIfAbsent',
  keys: 'keys keySet Keys array_keys',
  values: 'values Values array_values',
  items: 'items entrySet entries',
  empty: 'isEmpty is_empty empty? empty Empty isNotEmpty nonEmpty',
  swap: 'swap Swap swapAt ',
  fill: 'fill Fill memset array_fill fill_n',
  print:
    'print println puts printf printfln Println Printf Print WriteLine Write Fprintln Fprint Fprintf var_dump print_r putchar log writeln write_line fputs fprintf write pp eprintln eprint putStrLn',
  read: 'input readline readLine gets nextInt nextLong nextLine nextDouble next_int nextToken ReadLine ReadString read_line read_to_string scanf getline Scan Scanln Scanf Fscan Fscanln Fscanf fgets getchar nextString next_string NextString ReadUInt cinInt readInt readLong readlines readNext read_int next_ni ReadAll ReadInt nextChar NextInt readInts readln readLn gets_s readAllLines readFileSync fscanf nextFloat nextBigInteger nextInts ni nl readNextInt',
  range: 'range xrange Range arange rangeClosed IntRange',
  is_digit:
    'isdigit isDigit is_numeric is_digit is_ascii_digit isNumber ctype_digit IsDigit isnumeric isdecimal',
  is_letter: 'isalpha isLetter is_alphabetic is_ascii_alphabetic ctype_alpha IsLetter',
  alphanumeric:
    'isalnum isLetterOrDigit is_alphanumeric is_ascii_alphanumeric ctype_alnum IsLetterOrDigit',
  equals: 'equals equalsIgnoreCase Equals eql eq isEqual',
  compare:
    'compareTo compare_to CompareTo compareToIgnoreCase localeCompare cmp partial_cmp strcmp total_cmp',
  ord: 'ord charCodeAt codePointAt asciiValue unicodeScalars',
  char: 'chr fromCharCode from_u32 charValue from_digit',
  heappush: 'heappush',
  heappop: 'heappop',
  bisect:
    'bisect_left lower_bound binarySearch binary_search bisect SearchInts bsearch BinarySearch bisect_right upper_bound Search',
  exit: 'exit Exit abort quit die',
  throw: 'throw raise panic panic! Panic unreachable fatalError',
  assert: 'assert assert! assertEquals assert_eq',
  concat:
    'concat extend addAll extend_from_slice array_merge AddRange putAll Concat append_all appendContentsOf ',
  union: 'unite union merge_sets',
  list: 'Array malloc calloc IntArray',
  '-': 'enumerate withIndex zipWithIndex enumerated with_index ord charCodeAt codePointAt asciiValue intArrayOf arrayOf listOf NewWriter NewWriterSize PrintWriter BufferedWriter OutputStreamWriter BufWriter iter into_iter iter_mut collect clone unwrap to_vec as_ref as_mut as_str as_bytes stream boxed toList to_list toArray to_a ToList ToArray ToCharArray toCharArray chars bytes to_owned into as_slice expect unwrap_or_default cloned copied list tuple Some Ok Box Rc RefCell borrow borrow_mut Arc get_unchecked intValue longValue doubleValue asSequence toMutableList dup freeze each_char by_ref lock as_deref copy drain await equals to_vec! begin end c_str data cbegin cend rbegin rend asList of copyOf from unwrap_or Vec Boolean Number BigInt toSet to_set to_sym toTypedArray toIntArray asIterable listOf arrayListOf mutableListOf AsEnumerable Cast parallelStream iterator deepcopy flush Flush Int64 to_i64 to_usize as_mut_slice unwrap_unchecked i32 i64 u32 u64 usize int64 int32 uint64 uint32 float64 float32 byte rune isize u8 u128 i128 long double toChar toByte to_c long_long readable each_byte ok stdin stdout peekable eachChar sync close Close static_cast make_pair pair reserve setrecursionlimit sync_with_stdio tie setprecision fixed setw setfill ios_base',
});

const sharedNames = table({
  null: 'None nil NULL nullptr undefined NilClass Nothing',
  true: 'True TRUE',
  false: 'False FALSE',
  list: 'ArrayList LinkedList vector Vec Array List IntArray LongArray BooleanArray MutableList deque VecDeque ArrayDeque Deque Queue Stack Slice vec ListBuffer ArrayBuffer BitSet',
  map: 'HashMap Map dict TreeMap Dictionary unordered_map BTreeMap Hash defaultdict LinkedHashMap OrderedDict SortedDictionary mutableMapOf hashMapOf mapOf',
  set: 'HashSet Set TreeSet unordered_set BTreeSet LinkedHashSet frozenset SortedSet mutableSetOf setOf hashSetOf multiset',
  heap: 'heapq PriorityQueue BinaryHeap priority_queue',
  builder: 'StringBuilder StringBuffer',
  counter: 'Counter',
  infinity:
    'INF inf MAX_VALUE MaxValue INT_MAX LONG_MAX LLONG_MAX MAX Infinity maxsize MAX_SAFE_INTEGER MaxInt MaxInt64 MaxInt32 PHP_INT_MAX INFINITY POSITIVE_INFINITY',
  read: 'Scanner BufferedReader InputStreamReader StringTokenizer FastScanner NewScanner NewReader StreamTokenizer',
  pi: 'PI M_PI Pi',
  '-': 'StreamWriter StreamReader AutoFlush OpenStandardOutput OpenStandardInput BufferedOutputStream DataInputStream flush Flush PrintWriter BufferedWriter OutputStreamWriter BufWriter it self this System Math Collections Arrays Integer Long Double Character console fmt strings strconv sort std cmp io sys os bufio out in Console Convert math Enumerable stdin stdout STDIN STDOUT STDERR stderr Stdin Stdout Object functools itertools collections cout cin cerr endl process string String Self cls iostream mem prelude Objects Collectors Stream IntStream unicode slices ios bits Option Result core crate super i32 i64 u32 u64 usize isize f64 f32 u8 Kernel ARGF ios_base final kotlin scala java util',
});

/** The vocabulary of `language`: what all languages share, then its own. */
export function vocabularyOf(language: Language): Vocabulary {
  return VOCABULARIES[language];
}

const own: Partial<Record<Language, Partial<Record<'calls' | 'names', Record<string, string>>>>> = {
  python: { calls: table({ upper: 'upper', slice: '', items: 'items' }), names: table({}) },
  ruby: {
    calls: table({
      print: 'p puts print printf pp',
      read: 'gets readlines',
      '-': 'each to_a chars lazy dup clone freeze each_char ',
      remove: 'delete reject!',
    }),
  },
  go: {
    calls: table({ '-': 'Text Buffer Int', float: 'float' }),
    names: table({ list: 'make' }),
  },
  rust: { calls: table({ '-': 'new', read: 'input', length: 'len count' }) },
  cpp: { calls: table({ first: 'top front', last: 'back', float: 'stod', pop: 'pop' }) },
  swift: { calls: table({ int: 'Int', str: 'String', float: 'Double' }) },
  kotlin: { calls: table({}) },
  csharp: { calls: table({ pop: 'Pop' }) },
};

const VOCABULARIES = Object.fromEntries(
  (
    'python java rust ruby javascript typescript go c cpp csharp kotlin php swift scala'.split(
      ' ',
    ) as Language[]
  ).map((language) => [
    language,
    {
      calls: Object.assign(Object.create(null), sharedCalls, own[language]?.calls),
      names: Object.assign(Object.create(null), sharedNames, own[language]?.names),
    },
  ]),
) as Record<Language, Vocabulary>;
