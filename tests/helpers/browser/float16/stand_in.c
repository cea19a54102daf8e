/* Stands in for Chromium's driver in software: another Vulkan driver, DRIVER, under the name and the numbers that Chromium knows.

   Chromium opens a driver in software for WebGPU only if it is its own, told by the file's name and by these two numbers. */
#include <dlfcn.h>
#include <stdint.h>
#include <string.h>

typedef void (*Function)(void);
typedef Function (*Lookup)(void *instance, const char *name);

static Lookup lookup;
static void (*properties)(void *device, uint32_t *found);
static void (*properties2)(void *device, char *found);

static void rename_device(uint32_t *found) {
    found[2] = 0x1AE0; /* VkPhysicalDeviceProperties.vendorID */
    found[3] = 0xC0DE; /* VkPhysicalDeviceProperties.deviceID */
}

static void renamed_properties(void *device, uint32_t *found) {
    properties(device, found);
    rename_device(found);
}

static void renamed_properties2(void *device, char *found) {
    properties2(device, found);
    rename_device((uint32_t *)(found + 16)); /* behind sType and pNext */
}

Function vkGetInstanceProcAddr(void *instance, const char *name) {
    if (lookup == NULL) {
        void *driver = dlopen(DRIVER, RTLD_NOW | RTLD_LOCAL);
        if (driver == NULL) return NULL;
        int (*negotiate)(uint32_t *) = (int (*)(uint32_t *))dlsym(driver, "vk_icdNegotiateLoaderICDInterfaceVersion");
        uint32_t version = 5;
        if (negotiate == NULL || negotiate(&version) != 0) return NULL;
        lookup = (Lookup)dlsym(driver, "vk_icdGetInstanceProcAddr");
    }
    if (strcmp(name, "vkGetInstanceProcAddr") == 0) return (Function)vkGetInstanceProcAddr;
    Function found = lookup(instance, name);
    if (found != NULL && strcmp(name, "vkGetPhysicalDeviceProperties") == 0) {
        properties = (void (*)(void *, uint32_t *))found;
        return (Function)renamed_properties;
    }
    if (found != NULL && strncmp(name, "vkGetPhysicalDeviceProperties2", 30) == 0) {
        properties2 = (void (*)(void *, char *))found;
        return (Function)renamed_properties2;
    }
    return found;
}
