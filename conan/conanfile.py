"""Salon as a Conan 2 package: the server's library with its headers, and the program."""

import os
import re

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, load

required_conan_version = ">=2.0.5"


class SalonConan(ConanFile):
    name = "salon"
    description = "A chat server built on the actor model"
    license = "BSD-3-Clause"
    topics = ("chat", "websocket", "actor-model")
    package_type = "static-library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"fPIC": [True, False]}
    default_options = {"fPIC": True, "protobuf/*:lite": True, "caf/*:with_openssl": True}

    def set_version(self):
        text = load(self, os.path.join(self.recipe_folder, "..", "CMakeLists.txt"))
        self.version = re.search(r"project\(Salon VERSION ([0-9.]+)", text).group(1)

    def export_sources(self):
        root = os.path.join(self.recipe_folder, "..")
        for pattern in ("CMakeLists.txt", "LICENSE", "cmake/*", "base/*", "messages/*", "store/*",
                        "actors/*", "net/*", "server/*", "client/*", "app/*", "tests/*.*"):
            copy(self, pattern, src=root, dst=self.export_sources_folder,
                 excludes="*node_modules*")

    def layout(self):
        cmake_layout(self)

    def requirements(self):
        self.requires("caf/[>=0.18.7 <2]", transitive_headers=True, transitive_libs=True)
        self.requires("boost/[>=1.81 <2]", transitive_headers=True, transitive_libs=True)
        self.requires("spdlog/[>=1.10 <2]")
        self.requires("cli11/[>=2.1 <3]")
        self.requires("toml11/[>=3.7 <4]")
        self.requires("libpq/[>=15 <18]")
        self.requires("sqlitecpp/[>=3.2 <4]")
        self.requires("sqlite3/[>=3.40 <4]")
        self.requires("openssl/[>=3 <4]")
        self.requires("editline/3.1")
        self.requires("protobuf/[>=3.21 <4]")

    def build_requirements(self):
        self.tool_requires("protobuf/<host_version>")
        if self._with_tests:
            self.test_requires("catch2/[>=3.4 <4]")

    @property
    def _with_tests(self):
        return not self.conf.get("tools.build:skip_test", default=True, check_type=bool)

    def validate(self):
        check_min_cppstd(self, "20")

    def generate(self):
        CMakeDeps(self).generate()
        toolchain = CMakeToolchain(self)
        toolchain.cache_variables["SALON_TESTS"] = self._with_tests
        toolchain.cache_variables["SALON_EXAMPLES"] = False
        # Whoever builds the package decides about the allocator, as for everything else.
        toolchain.cache_variables["SALON_JEMALLOC"] = False
        toolchain.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()
        if self._with_tests:
            cmake.ctest(["--output-on-failure", "-L", "fast"])

    def package(self):
        copy(self, "LICENSE", src=self.source_folder,
             dst=os.path.join(self.package_folder, "licenses"))
        CMake(self).install()

    def package_info(self):
        # What `cmake --install` wrote is the package's own description: SalonConfig.cmake.
        self.cpp_info.set_property("cmake_find_mode", "none")
        self.cpp_info.builddirs = [os.path.join("lib", "cmake", "Salon")]
