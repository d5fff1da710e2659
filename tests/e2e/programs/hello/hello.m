#include <objc/Object.h>
#include <objc/runtime.h>
#include <stdio.h>
#include <stdlib.h>
@interface Greeter : Object
{
	char *name;
}
- (void)greet;
- (void)dispose;
+ (id)create;
@end
@implementation Greeter
+ (id)create
{
	Greeter *greeter = class_createInstance(self, 0);
	greeter->name = calloc(1, 10);
	return greeter;
}
- (void)greet
{
	printf("hello %p\n", (void *)name);
}
- (void)dispose
{
	free(name);
	object_dispose(self);
}
@end
int main(int argc, char **argv)
{
	Greeter *greeter = [Greeter create];
	(void)argv;
	[greeter greet];
	[greeter dispose];
	if (argc > 1)
		printf("%p\n", malloc(100));
	return 0;
}
