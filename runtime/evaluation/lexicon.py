"""What the offline extractor knows about words: which carry no content, which say the same, which the opposite.

General English and the vocabulary of software interviews, of our own writing; nothing in it comes from a
question, a reference or a graded answer.
"""

from __future__ import annotations

import functools
import threading

import snowballstemmer

_STEMMER = snowballstemmer.stemmer("english")
# A stemmer keeps the word at hand in itself; two threads in one stemmer get each other's letters.
_STEMMER_LOCK = threading.Lock()


@functools.lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """The English stem of a lower-case word; numbers and short words as they are."""
    if len(word) < 3 or not word.isascii() or not word.isalpha():
        return word
    with _STEMMER_LOCK:
        return str(_STEMMER.stemWord(_BASE.get(word, word)))


# Each line: a verb and those of its forms that a stemmer leaves apart from it.
_IRREGULAR = """
become became
begin began begun
break broke broken
bring brought
build built
buy bought
catch caught
choose chose chosen
come came
deal dealt
do did done
draw drew drawn
drive drove driven
fall fell fallen
feed fed
feel felt
fight fought
find found
forget forgot forgotten
freeze froze frozen
get got gotten
give gave given
go went gone
grow grew grown
hear heard
hide hid hidden
hold held
keep kept
know knew known
lead led
learn learnt
leave left
lend lent
lose lost
make made
mean meant
meet met
overwrite overwrote overwritten
pay paid
rebuild rebuilt
redo redid redone
rewrite rewrote rewritten
ride rode ridden
rise rose risen
run ran
say said
see saw seen
sell sold
send sent
shake shook shaken
show showed shown
shrink shrank shrunk
sink sank sunk
sit sat
sleep slept
speak spoke spoken
spend spent
stand stood
steal stole stolen
stick stuck
take took taken
teach taught
tell told
think thought
throw threw thrown
understand understood
undo undid undone
wake woke woken
wear wore worn
win won
write wrote written
"""
_BASE = {
    form: forms[0]
    for forms in (line.split() for line in _IRREGULAR.strip().splitlines())
    for form in forms[1:]
}


DETERMINERS = frozenset(
    [
        "a",
        "an",
        "the",
        "this",
        "these",
        "those",
        "its",
        "their",
        "your",
        "my",
        "our",
        "his",
        "her",
        "every",
        "each",
    ]
)
PREPOSITIONS = frozenset(
    [
        "of",
        "in",
        "on",
        "at",
        "by",
        "for",
        "with",
        "from",
        "to",
        "into",
        "onto",
        "over",
        "under",
        "between",
        "among",
        "through",
        "during",
        "via",
        "per",
        "than",
        "as",
        "about",
        "against",
        "within",
        "without",
        "across",
        "upon",
        "toward",
        "towards",
    ]
)
AUXILIARIES = frozenset(
    [
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "being",
        "am",
        "can",
        "could",
        "will",
        "would",
        "shall",
        "should",
        "may",
        "might",
        "must",
        "do",
        "does",
        "did",
        "has",
        "have",
        "had",
        "isn't",
        "aren't",
        "wasn't",
        "weren't",
        "can't",
        "couldn't",
        "won't",
        "wouldn't",
        "shouldn't",
        "don't",
        "doesn't",
        "didn't",
        "cannot",
    ]
)
CONJUNCTIONS = frozenset(
    [
        "and",
        "or",
        "but",
        "because",
        "so",
        "if",
        "when",
        "while",
        "whereas",
        "since",
        "although",
        "though",
        "unless",
        "until",
        "nor",
    ]
)
PRONOUNS = frozenset(
    [
        "i",
        "you",
        "he",
        "she",
        "it",
        "we",
        "they",
        "me",
        "him",
        "us",
        "them",
        "who",
        "whom",
        "which",
        "what",
        "that",
        "there",
        "one",
        "someone",
        "something",
        "anyone",
        "everything",
        "itself",
        "themselves",
        "myself",
        "mine",
        "yours",
    ]
)

FUNCTION_WORDS = (
    DETERMINERS
    | PREPOSITIONS
    | AUXILIARIES
    | CONJUNCTIONS
    | PRONOUNS
    | frozenset(
        [
            "not",
            "no",
            "never",
            "none",
            "neither",
            "either",
            "both",
            "all",
            "any",
            "some",
            "such",
            "same",
            "other",
            "another",
            "more",
            "most",
            "much",
            "many",
            "few",
            "less",
            "least",
            "very",
            "too",
            "also",
            "only",
            "just",
            "even",
            "still",
            "yet",
            "again",
            "then",
            "thus",
            "hence",
            "therefore",
            "however",
            "else",
            "well",
            "now",
            "here",
            "how",
            "why",
            "where",
            "whose",
            "whether",
            "out",
            "up",
            "down",
            "off",
            "back",
            "how's",
            "that's",
            "it's",
            "there's",
            "i'm",
            "you're",
            "we're",
            "they're",
            "i've",
            "we've",
            "i'd",
            "i'll",
            "we'll",
            "let's",
            "ok",
            "okay",
            "yes",
            "yeah",
            "um",
            "uh",
            "er",
            "hmm",
            "oh",
            "like",
            "actually",
            "basically",
            "really",
            "quite",
            "maybe",
            "perhaps",
            "kind",
            "sort",
            "sure",
            "e.g",
            "i.e",
            "eg",
            "ie",
            "etc",
            "s",
            "t",
            "re",
            "ve",
            "ll",
            "d",
            "m",
        ]
    )
)

# Words any answer to anything may hold; they carry a little of a claim, never much.
_LIGHT = (
    "able allow amount answer ask bad bad basic be become begin better big bit bring call case cause certain change"
    " come common consider contain correct could describe different do easy end ensure example exist explain fact far"
    " feel find first follow general get give go good great happen have help high idea important include instead"
    " involve keep kind know large last lead learn let level like little long look lot low main make mean means need"
    " new next normal number often old order part particular people place point possible problem provide put question"
    " quick reason require result right said same say second see set several show simple simply single small something"
    " sometimes start state step stuff take talk tell term thing think time together total try turn two type usually"
    " use used using usual want way word work wrong you one main advantage disadvantage difference benefit property"
    " various whole entire own each every must three four above below true really would just mention typical typically"
    " within additional further due based compared compare respectively specific present candidate"
)
# Said in answers to most technical questions, so each tells little about which one is being answered.
_TRADE = (
    "system data information network protocol packet frame message user client server request response process"
    " service code program application software computer machine node station host value send sender receive"
    " receiver connection transmit transmission layer component model method function error test project team"
    " database table api resource field store read write access control address link"
)
LIGHT_STEMS = frozenset(stem(word) for word in _LIGHT.split())
TRADE_STEMS = frozenset(stem(word) for word in _TRADE.split()) - LIGHT_STEMS

# Each line: words that state the same in an interview answer. A word may stand in several lines.
_SAME = """
increase grow rise raise increment expand higher bigger larger more growth
decrease shrink reduce drop lower decrement fewer less smaller minimise minimize diminish reduction
double twice
halve half
fast quick rapid speed speedy quickly faster efficient performant performance
slow slowly slower delay latency lag wait
delete remove drop discard erase purge evict
add append insert attach extend
create make build construct generate produce form
send transmit transfer forward deliver emit transmission sender
receive get arrive obtain accept receiver
message packet frame datagram segment pdu
node host station machine device computer system server endpoint
client user caller consumer customer
begin start initial initially initialise initialize
end stop finish terminate complete
fail failure crash error fault outage break broken down
retry resend retransmit repeat again
idempotent idempotency
duplicate duplication copy redundant replicate replica duplicated
replication replica replicate mirror copy
loss lose lost missing drop
guarantee ensure assure make-sure promise certain
order ordering sequence sequential sequenced ordered
acknowledge acknowledgement acknowledgment ack acknowledged confirm confirmed confirmation
connect connection link
bidirectional duplex two-way both-directions
concurrent concurrency parallel simultaneous simultaneously parallelism
lock mutex locking synchronise synchronize synchronisation synchronization semaphore
thread process worker
queue buffer backlog queueing
cache cached caching memoise memoize memoization
store save persist keep hold storage write
read fetch load retrieve query lookup get
table relation map mapping dictionary hash
index indexes indices indexing
column field attribute property
row record tuple entry
database db datastore
consistent consistency agree coherent
available availability uptime
reliable reliability dependable robust resilient resilience
secure security protect protection safe safety
encrypt encryption cipher encrypted
authenticate authentication login credential credentials identity
authorise authorize authorisation authorization permission access privilege
attack attacker malicious exploit vulnerability injection
validate validation check verify verification
test testing tests tested
bug defect error issue
deploy deployment release rollout ship
rollback revert undo
monitor monitoring observe observability metric metrics alert
log logging trace logs
scale scaling scalable scalability grow
split partition shard divide separate partitioning sharding segment
merge combine join unite concatenate aggregate consolidate
distribute spread balance balancing
limit bound cap restrict threshold maximum
cost price expensive overhead
cheap inexpensive
memory ram heap
disk storage ssd
network internet
address ip
path route routing way
independent independently decoupled decouple isolated separate
dependent depend rely dependency coupled
fix fixed constant static
variable dynamic changing vary varies
change modify update alter adapt adjust
header metadata
congestion overload congested traffic-jam
collision conflict clash collide
broadcast flood flooding
multicast multicasting
unique distinct
example instance
advantage benefit pro upside strength
disadvantage drawback con downside weakness
compare comparison versus
function method procedure
class type
object instance
variable parameter argument
immutable constant unchangeable readonly frozen
mutable changeable
asynchronous async asynchronously non-blocking
synchronous sync synchronously blocking
transaction atomic transactional
rollback abort
commit persist
average mean
probability likelihood chance likely probable
random randomly stochastic
overfit overfitting memorise memorize
generalise generalize generalisation generalization unseen
train training fit
feature predictor variable
label target class
accuracy precision
imbalanced skewed
team colleague teammate coworker peers
manager boss lead supervisor
customer client user stakeholder
deadline due-date schedule timeline
disagree disagreement conflict argument
convince persuade
explain describe clarify
decide decision choose choice chose
plan planned planning
measure measured measurement metric quantify
improve improvement better enhance optimise optimize
simple easy simpler easier simplify straightforward
complex complicated difficult hard complexity
temporary transient temporarily
permanent permanently forever
old previous former earlier legacy
new newer modern
current present now
wide broad
empty blank null nothing
full complete entire whole
many multiple several numerous
billions many
unnecessary redundant useless needless
necessary required needed must need
allow enable permit possible can able
prevent avoid stop block prohibit
wireless mobile radio
mobility roaming moving mobile
signal frequency
detect recognise recognize notice discover sense
neighbor neighbour adjacent
interface port
topology structure layout
size length
fair fairness unfair equally disadvantage
reserve reservation
burst bursty bursts
backward backwards compatible compatibility coexist
automatic automatically auto
manual manually
request ask call
response reply answer
timeout expire expiry ttl expired
render draw paint display
component widget module
branch fork
container docker pod
schedule scheduler cron
rank sort order
search find lookup
backup snapshot
compress compression
user-friendly usable usability
"""

_OPPOSITE = """
increase decrease
increase reduce
grow shrink
rise drop
raise lower
higher lower
high low
more less
more fewer
faster slower
fast slow
quick slow
larger smaller
large small
big small
longer shorter
long short
better worse
add remove
insert delete
begin end
start stop
start end
first last
before after
above below
upper lower
maximum minimum
best worst
success failure
succeed fail
synchronous asynchronous
blocking non-blocking
mutable immutable
static dynamic
fixed variable
manual automatic
stateful stateless
same different
always never
public private
simple complex
easy difficult
cheap expensive
reliable unreliable
dependent independent
ordered unordered
sorted unsorted
safe unsafe
secure insecure
consistent inconsistent
encrypted unencrypted
necessary unnecessary
required optional
mandatory optional
possible impossible
true false
positive negative
vertical horizontal
linear exponential
constant exponential
connection-oriented connectionless
confirmed unconfirmed
strong weak
single multiple
empty full
accept reject
allow forbid
allow prevent
enable disable
open closed
lock unlock
all none
"""


def _lines(text: str) -> list[list[str]]:
    return [[stem(word) for word in line.split()] for line in text.strip().splitlines()]


def _groups() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for group in _lines(_SAME):
        for word in group:
            found.setdefault(word, set()).update(group)
    return {word: frozenset(same - {word}) for word, same in found.items()}


def _opposites() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for left, right in _lines(_OPPOSITE):
        found.setdefault(left, set()).add(right)
        found.setdefault(right, set()).add(left)
    return {word: frozenset(other) for word, other in found.items()}


SAME = _groups()
OPPOSITE = _opposites()
# What says the same cannot be read as the opposite, whichever list is at fault.
OPPOSITE = {word: others - SAME.get(word, frozenset()) for word, others in OPPOSITE.items()}

# Their scope is what follows; "not only" and "no longer" are taken out before.
HARD_NEGATORS = frozenset(
    ["not", "no", "never", "cannot", "neither", "nor", "none", "nobody", "nothing", "without", "hardly"]
)
SOFT_NEGATORS = frozenset(
    stem(word)
    for word in [
        "avoid",
        "prevent",
        "lack",
        "fail",
        "stop",
        "miss",
        "lose",
        "loss",
        "eliminate",
        "less",
        "fewer",
        "reduce",
        "decrease",
    ]
)
