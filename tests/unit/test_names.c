/*
 * test_names.c - what names of symbols and files become, and what they tell of code.
 */
#include "symbolize/classify.h"
#include "symbolize/intern.h"
#include "symbolize/names.h"

#include <criterion/criterion.h>

Test(names, of_symbols)
{
	static const char *const cases[][2] = {
		{"malloc@@GLIBC_2.2.5", "malloc"},
		{"puts@plt", "puts"},
		{"work.constprop.0.isra.0", "work"},
		{"work.cold", "work"},
		{"_ZN2ns5Shape4areaEi", "ns::Shape::area"},
		{"_ZN2ns5Shape4areaEi.part.0.cold", "ns::Shape::area"},
		{"_ZNSt6vectorIiSaIiEE9push_backERKi", "std::vector::push_back"},
		{"_ZStlsISt11char_traitsIcEERSt13basic_ostreamIcT_ES5_PKc", "std::operator<<"},
		{"_ZN1AltERKS_", "A::operator<"},
		{"_ZN1AptEv", "A::operator->"},
		{"_ZNK1AcvT_IiEEv", "A::operator int"},
		{"_Znwm", "operator new"},
		{"_ZN4core3ptr13drop_in_place17h0123456789abcdefE", "core::ptr::drop_in_place"},
		{"_RNvNtCs1234_7mycrate3foo3bar", "mycrate::foo::bar"},
		{"_ZN5alloc7raw_vec19RawVec$LT$T$C$A$GT$7reserve17h0123456789abcdefE",
		 "alloc::raw_vec::RawVec::reserve"},
		{"_D4demo4mainFZv", "demo.main"},
		{"_Zbroken", "_Zbroken"},
	};
	struct strings strings;
	strings_init(&strings);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		cr_expect_str_eq(name_of_symbol(&strings, cases[i][0]), cases[i][1], "%s gives %s",
				 cases[i][0], name_of_symbol(&strings, cases[i][0]));
	cr_expect_str_eq(name_without_arguments(&strings, "push<std::vector<int> >"), "push");
	cr_expect_str_eq(name_without_arguments(&strings, "operator<< <char>"), "operator<<");
	cr_expect_str_eq(name_without_arguments(&strings, "<lambda(int)>"), "<lambda(int)>");
	strings_finish(&strings);
}

Test(names, of_files)
{
	static const char *const cases[][2] = {
		{"/a/./b//c/../d", "/a/b/d"},
		{"/../x", "/x"},
		{"a/../../b", "../b"},
		{"./x.c", "x.c"},
		{"../../x/y/..", "../../x"},
		{"/", "/"},
		{"", ""},
		{"/a/..", "/"},
	};
	struct strings strings;
	strings_init(&strings);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		cr_expect_str_eq(strings_path(&strings, cases[i][0]), cases[i][1], "%s gives %s", cases[i][0],
				 strings_path(&strings, cases[i][0]));
	cr_expect_eq(strings_path(&strings, "/a/b"), strings_path(&strings, "/a/c/../b"));
	strings_finish(&strings);
}

/* A wrapper with lines is the program's own code, which can be looked at. */
Test(names, wrappers_without_lines_are_allocators)
{
	static const char *const wrappers[] = {"zmalloc_usable",  "Perl_safesyscalloc", "xrealloc",
					       "PyMem_RawMalloc", "g_slice_alloc",      "xstrndup"};
	static const char *const others[] = {"parse", "createClient", "Perl_more_bodies", "main"};

	for (size_t i = 0; i < sizeof(wrappers) / sizeof(*wrappers); i++) {
		cr_expect(is_allocator(wrappers[i], false), "%s", wrappers[i]);
		cr_expect_not(is_allocator(wrappers[i], true), "%s", wrappers[i]);
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		cr_expect_not(is_allocator(others[i], false), "%s", others[i]);
	cr_expect(is_allocator("malloc", true));
}

Test(names, of_the_c_library)
{
	const char *own[] = {"/lib/x86_64-linux-gnu/libc.so.6", "/lib64/ld-linux-x86-64.so.2",
			     "/usr/lib/libm.so.6", "/lib/libpthread-2.31.so"};
	const char *others[] = {"/usr/lib/x86_64-linux-gnu/libstdc++.so.6",
				"/lib/libcrypto.so.3",
				"/usr/lib/libconfig.so.9",
				"/home/me/libc.so.6",
				"/usr/bin/libc.so-reader",
				"libc.so.6",
				""};
	for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++)
		cr_expect(is_c_library(own[i]), "%s", own[i]);
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		cr_expect_not(is_c_library(others[i]), "%s", others[i]);
}
