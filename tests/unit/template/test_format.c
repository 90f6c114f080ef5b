/*
 * Go's print family: what fmt 1.19 gave for the same templates.
 */
#include <stdlib.h>

#include "support/suite.h"
#include "unit/template/expand.h"

static const struct expand_case cases[] = {
    {"{{ printf \"%v %v %v %v\" 1 1.0 1.5 1e6 }}", "1 1 1.5 1e+06"},
    {"{{ print 1 2 \"a\" 3 4 \"b\" \"c\" true false }}", "1 2a3 4bctrue false"},
    {"{{ println 1 2 \"a\" 3 }}", "1 2 a 3\n"},
    {"{{ print 100000.0 1000000.0 1e20 1e21 1e-4 1e-5 123456789.0 0.1 }}",
     "100000 1e+06 1e+20 1e+21 0.0001 1e-05 1.23456789e+08 0.1"},
    {"{{ printf \"%d %5d %-5d| %05d %+d %x %X %o %b %c %q %U\" 42 42 42 42 42 42 42 42 42 65 65 65 "
     "}}",
     "42    42 42   | 00042 +42 2a 2A 52 101010 A 'A' U+0041"},
    {"{{ printf \"%#x %#o %#b %O % d %#q %#U\" 42 42 42 42 42 \"a\" 65 }}",
     "0x2a 052 0b101010 0o52  42 `a` U+0041 'A'"},
    {"{{ printf \"%8.3f|%-8.2f|%08.2f|%+.1f|%e|%E|%g|%G|%.3g|%F\" 3.14159 3.14159 3.14159 3.14159 "
     "3.14159 3.14159 3.14159 1e-10 1234567.0 1.5 }}",
     "   3.142|3.14    |00003.14|+3.1|3.141590e+00|3.141590E+00|3.14159|1E-10|1.23e+06|1.500000"},
    {"{{ printf \"%s %10s|%-10s|%.2s|%5.1s|%q|%x|%X|% x|%#x|%# x\" \"abc\" \"abc\" \"abc\" \"abc\" "
     "\"abc\" \"abc\" \"abc\" \"abc\" \"abc\" \"abc\" \"abc\" }}",
     "abc        abc|abc       |ab|    a|\"abc\"|616263|616263|61 62 63|0x616263|0x61 0x62 0x63"},
    {"{{ printf \"%d %s %f %t %v\" \"a\" 1 1 1 nil }}",
     "%!d(string=a) %!s(int=1) %!f(int=1) %!t(int=1) <nil>"},
    {"{{ printf \"%d\" }}|{{ printf \"%!\" }}|{{ printf \"%\" }}|{{ printf \"a\" 1 \"b\" nil }}|{{ "
     "printf \"%z %y\" 1 \"a\" }}",
     "%!d(MISSING)|%!!(MISSING)|%!(NOVERB)|a%!(EXTRA int=1, string=b, <nil>)|%!z(int=1) "
     "%!y(string=a)"},
    {"{{ printf \"%[2]d %[1]d\" 1 2 }}|{{ printf \"%[3]d\" 1 }}|{{ printf \"%[x]d\" 1 }}|{{ printf "
     "\"%[2]*[1]d\" 2 6 }}|{{ printf \"%*d\" 5 42 }}|{{ printf \"%-*d|\" 5 42 }}|{{ printf "
     "\"%.*f\" 2 3.14159 }}|{{ printf \"%*d\" \"a\" 3 }}",
     "2 1|%!d(BADINDEX)|%!d(BADINDEX)|     2|   42|42   ||3.14|%!(BADWIDTH)3"},
    {"{{ printf \"%t %v %5t|%s\" true false true true }}", "true false  true|%!s(bool=true)"},
    {"{{ printf \"%T %T %T %T\" 1 1.5 \"a\" true }}", "int float64 string bool"},
    {"{{ printf \"%5v|%-5v|%05v|%q\" 1 1 1 true }}", "    1|1    |00001|%!q(bool=true)"},
    {"{{ printf \"%6.2f%%\" 12.3456 }}", " 12.35%"},
    {"{{ printf \"%v %.2v %6v\" 3.14159 3.14159 3.14159 }}", "3.14159 3.1 3.14159"},
    {"{{ printf \"%s\" 1.5 }}{{ printf \"%d\" 1.5 }}{{ printf \"%d\" true }}",
     "%!s(float64=1.5)%!d(float64=1.5)%!d(bool=true)"},
    {"{{ printf \"%+v %#v %+q\" \"a\" \"b\" \"é\" }}", "a \"b\" \"\\u00e9\""},
    {"{{ printf \"%05s|%05d|%05d|%+05d|%x|%x\" \"ab\" -42 42 42 -255 \"hello\" }}",
     "000ab|-0042|00042|+0042|-ff|68656c6c6f"},
    {"{{ printf \"%3c|%-3c|%q|%q\" 'x' 'y' '\\n' '\\'' }}", "  x|y  |'\\n'|'\\''"},
    {"{{ printf \"%.0f %.1f %.10f %5.0f|\" 2.5 0.05 0.1 3.7 }}", "2 0.1 0.1000000000     4|"},
    {"{{ printf \"%.3d|%8.3d|%-8.3d|%08.3d\" 7 7 7 7 }}", "007|     007|007     |     007"},
    {"{{ printf \"%.0d|%.d|\" 0 0 }}", "||"},
    {"{{ printf \"%!d %é\" 1 2 }}", "%!!(int=1)d %!é(int=2)"},
    {"{{ printf \"é%sé\" \"ü\" }}|{{ printf \"%5s|%-5s|\" \"é\" \"é\" }}|{{ printf \"%.1s\" \"éa\" "
     "}}",
     "éüé|    é|é    ||é"},
    {"{{ or 1 | printf \"%v\" }}", "1"},
    {"{{ (1) }} {{ (printf \"%d\" 1) | printf \"%s%s\" \"a\" }}", "1 a1"},
    {"{{ \"a\" | print | printf \"%q\" }}", "\"a\""},
    {"{{ print | }}", ""},
    {"{{ $l := stringSlice \"a\" \"b\" \"c\" }}{{ $l }} {{ len $l }} {{ index $l 1 }} {{ slice $l "
     "1 2 }} {{ join \",\" $l }} {{ printf \"%q %v %s %d %x\" $l $l $l $l $l }}",
     "[a b c] 3 b [b] a,b,c [\"a\" \"b\" \"c\"] [a b c] [a b c] [%!d(string=a) %!d(string=b) "
     "%!d(string=c)] [61 62 63]"},
    {"{{ template \"a\" print 1 2 }}{{ define \"a\" }}{{ . }}{{ end }}", "1 2"},
    {"{{ eq (printf \"%d\" 1) \"1\" }}", "true"},
    {"{{ \"quoted\" | printf \"%s %s\" \"x\" }}", "x quoted"},
    {"{{ printf \"%6d|%-6d|%06d\" -5 -5 -5 }}", "    -5|-5    |-00005"},
    {"{{ printf \"% d|% d|% 5d|%+ d\" 5 -5 5 5 }}", " 5|-5|    5|+5"},
    {"{{ printf \"% f|%+f|% .1f\" 1.5 1.5 -1.5 }}", " 1.500000|+1.500000|-1.5"},
    {"{{ printf \"%#v %#v %#v\" 1 1.5 true }}", "1 1.5 true"},
    {"{{ printf \"%v\" (stringSlice \"a b\" \"c\") }}{{ printf \"%5q|\" \"a\" }}{{ printf "
     "\"%-8q|\" \"a\" }}",
     "[a b c]  \"a\"|\"a\"     |"},
    {"{{ printf \"%s %v\" nil nil }}", "%!s(<nil>) <nil>"},
    {"{{ print nil }}", "<nil>"},
    {"{{ printf \"%x %X\" 3.5 3.5 }}", "0x1.cp+01 0X1.CP+01"},
    {"{{ printf \"%#g %#.3g %#e\" 1.0 1.0 1.0 }}", "1.00000 1.00 1.000000e+00"},
    {"{{ printf \"%08v|%+v|%8v|%-8v|\" 1.5 1.5 1.5 1.5 }}", "000001.5|1.5|     1.5|1.5     |"},
    {"{{ printf \"%c %c\" 233 1114112 }}", "é �"},
    {"{{ printf \"%d\" (stringSlice \"a\") }}", "[%!d(string=a)]"},
    {"{{ printf \"%100d\" 1 }}", "                                                                 "
                                 "                                  1"},
    {"{{ printf \"%.20f %.20g %.20e\" 0.1 0.1 0.1 }}",
     "0.10000000000000000555 0.10000000000000000555 1.00000000000000005551e-01"},
    {"{{ printf \"%-010d|\" 5 }}{{ printf \"%0-10d|\" 5 }}{{ printf \"%-05s|\" \"a\" }}",
     "5         |5         |a    |"},
    {"{{ printf \"%[1]d %[1]x %[1]o %d\" 10 11 }}", "10 a 12 11"},
    {"{{ printf \"%[1]\" 1 }}", "%!(NOVERB)"},
    {"{{ printf \"%[]d\" 1 }}", "%!d(BADINDEX)"},
    {"{{ printf \"%[1]d %d %d\" 1 2 }}", "1 2 %!d(MISSING)"},
    {"{{ printf \"%.[2]*[1]f\" 3.14159 2 }}", "3.14"},
    {"{{ printf \"%.-3d\" 1 }}", "%!-(int=1)3d"},
    {"{{ printf \"%w\" 1 }}", "%!w(int=1)"},
    {"{{ printf \"%U %#U\" 9731 9731 }}", "U+2603 U+2603 '☃'"},
    {"{{ printf \"%x\" \"é\" }}", "c3a9"},
    {"{{ printf \"%t\" \"a\" }}{{ printf \"%f\" \"a\" }}{{ printf \"%e\" 1 }}",
     "%!t(string=a)%!f(string=a)%!e(int=1)"},
    {"{{ true | printf \"%v\" }}", "true"},
    {"{{ len (stringSlice \"a\" \"b\") | printf \"%03d\" }}", "002"},
};

START_TEST(test_case)
{
    expand_expect(&cases[_i]);
}
END_TEST

int main(void)
{
    TCase *all = tcase_create("all");
    tcase_add_loop_test(all, test_case, 0, (int)ARRAY_LEN(cases));
    return suite_run("template/format", all);
}
