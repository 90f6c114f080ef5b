"""Questions asked of both sides: one or more of each kind that PromQL has."""
import itertools

# {name} is replaced by each of the words in turn.
WORDS = {
    "agg": "sum avg min max count group stddev stdvar".split(),
    "arith": "+ - * / % ^".split(),
    "cmp": "== != < <= > >=".split(),
    "over": "sum avg min max count last stddev stdvar present absent".split(),
    "range": "4s 6s 17s 1m 5m".split(),
    "change": "rate increase delta irate idelta changes resets deriv".split(),
    "math": "abs ceil floor round exp sqrt ln log2 log10 sgn sin cos tan atan sinh tanh deg".split(),
    "date": "year month day_of_month day_of_week day_of_year days_in_month hour minute".split(),
    "q": "-1 0 0.1 0.5 0.9 0.99 1 2 NaN".split(),
}

QUESTIONS = r"""
1 {arith} 2
time() {arith} 7
1 {cmp} bool time()
whole
whole{room!="hall"}
whole{room=~"h.*|attic"}
whole{nobody=""}
{__name__=~"temp|odd",floor!~".*1"}
flap
flap offset 3m
flap offset -1m
{agg}(whole)
{agg} by (host) (whole)
{agg} without (host) (whole)
{agg} by (nobody) (odd)
{agg}(nothing_here)
{agg}({over}_over_time(odd[1m]))
topk(2, temp)
bottomk by (room) (1, temp)
quantile({q}, whole)
quantile by (room) ({q}, odd)
count_values("v", clamp(round(whole), 0, 3))
{over}_over_time(whole[{range}])
{over}_over_time(odd[1m])
{over}_over_time(flap[2m])
quantile_over_time({q}, whole[1m])
{change}(requests_total[{range}])
{change}(odd[1m])
{change}(flap[7m])
{change}(whole[1m] offset 2m)
predict_linear(whole[2m], 300)
holt_winters(whole[2m], 0.3, 0.6)
{math}(whole)
{math}(-odd)
{date}()
{date}(whole * 1e8)
clamp(odd, -1, 1)
clamp_min(odd, 0) + clamp_max(whole, 2)
round(whole, 0.3)
whole {arith} 3
3 {arith} odd
whole {cmp} 2
2 {cmp} whole
whole {cmp} bool 2
temp {arith} on (floor, room) odd
temp {cmp} on (floor, room) odd
temp {cmp} bool on (floor, room) odd
whole {arith} on (host) group_left () capacity
capacity {arith} on (host) group_right () whole
whole * on (host) group_left (zone) capacity
whole * on (host) capacity
capacity * on (zone) whole
temp atan2 odd
whole and on (host) (capacity > 20)
whole or on (host) capacity
temp unless on (floor, room) (odd > 0)
(whole > 2) or whole
-odd
-whole ^ 2
sum by (job) (rate(requests_total[1m])) / on (job) sum by (job) (rate(requests_total{code="200"}[1m]))
histogram_quantile({q}, rate(took_seconds_bucket[1m]))
histogram_quantile({q}, sum by (le) (rate(took_seconds_bucket[{range}])))
histogram_quantile(0.9, took_seconds_bucket)
histogram_quantile(0.9, whole)
histogram_quantile(0.9, {__name__=~"took_seconds_.+"})
max_over_time(rate(requests_total[1m])[3m:])
{over}_over_time(whole[3m:7s])
{over}_over_time(whole[3m:7s] offset 11s)
rate(requests_total[2m:11s])
min_over_time((whole > 2)[1m:5s])
sum_over_time(vector(time())[1m:9s])
whole @ start()
rate(requests_total[1m] @ end())
sum(whole @ end()) - sum(whole)
whole and topk(1, max_over_time(temp[5m] @ end()))
scalar(whole)
scalar(capacity{host="h1"}) + whole
vector(scalar(whole{host="h2"})) > 2
timestamp(flap)
timestamp(whole * 1)
timestamp(timestamp(whole))
absent(flap)
absent(sum(flap))
absent(whole{room="roof",floor="3",kind=~"x"})
absent_over_time(flap[2m])
label_replace(whole, "to", "$1-${2}$$", "room", "(.)(.*)")
label_replace(whole, "to", "x", "room", "hal")
label_replace(whole, "room", "", "", "")
label_replace(whole, "room", "", "room", "(")
label_join(whole, "to", ",", "room", "nobody", "host")
count({host="h1"}) by (__name__)
sum without (host) ({__name__=~"whole|capacity"})
{__name__=~".*"}
{__name__=~".+"}
rate(whole)
whole[5m]
""".strip().split("\n")


def expand(question):
    names = [n for n in WORDS if "{%s}" % n in question]
    for words in itertools.product(*(WORDS[n] for n in names)):
        text = question
        for name, word in zip(names, words):
            text = text.replace("{%s}" % name, word)
        yield text


def fixed():
    """All of them, the same at every run."""
    return [text for question in QUESTIONS for text in expand(question)]
