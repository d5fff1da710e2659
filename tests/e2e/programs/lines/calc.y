%{
#include <stdio.h>
#include <stdlib.h>
#include "calc.h"
int yylex(void);
void yyerror(const char *text) { fputs(text, stderr); }
%}

%union { struct node *node; }
%token <node> NUMBER NAME
%type <node> expression line
%left '+' '-'
%left '*'

%%

lines:
	| lines line
	;
line: expression '\n' { $$ = node_made('=', $1, NULL); }
	| '\n' { $$ = NULL; }
	;
expression: NUMBER { $$ = $1; }
	| NAME {
		$$ = node_made('n', $1, NULL);
		$$->more = malloc(100000);
	}
	| expression '+' expression { $$ = node_made('+', $1, $3); }
	| expression '-' expression { $$ = node_made('-', $1, $3); }
	| expression '*' expression {
		$$ = calloc(1, 300000);
		$$->left = $1;
		$$->right = $3;
	}
	| '(' expression ')' { $$ = $2; }
	;

%%

struct node *node_made(int kind, struct node *left, struct node *right)
{
	struct node *node = malloc(sizeof(*node));
	*node = (struct node){kind, left, right, NULL};
	return node;
}

void *yy_scan_string(const char *text);

int main(void)
{
	yy_scan_string("1 + a * (b + 3)\n2 * 3 - a\n");
	return yyparse();
}
