// The C++ side of the harness, precompiled together with the standard library. Nothing in it is trusted from outside:
// candidate code shares its process and may forge what it answers, which is a guess at an answer that was never here.
//
// Not <bits/stdc++.h>: precompiled it takes twice as long to load, so only sources that ask for it get that one.
#pragma once
#include <algorithm>
#include <array>
#include <charconv>
#include <climits>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <exception>
#include <functional>
#include <iostream>
#include <list>
#include <map>
#include <numeric>
#include <optional>
#include <queue>
#include <set>
#include <sstream>
#include <stack>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>
#include <cxxabi.h>
#include <sys/resource.h>
#include <unistd.h>

namespace prepai_room {

struct Mismatch {
    std::string ending, message;
};

template <class T>
inline constexpr bool unsupported = false;

// Arguments as the engine sends them: t f n i1; d1.5; s3:abc l2: m1:
struct Tokens {
    const std::string& bytes;
    std::size_t at = 0;
    std::string where = "the test";

    char kind() { return bytes.at(at++); }
    char next() const { return bytes.at(at); }
    std::string until(char end) {
        auto stop = bytes.find(end, at);
        auto found = bytes.substr(at, stop - at);
        at = stop + 1;
        return found;
    }
    std::string text() {
        auto size = std::stoul(until(':'));
        at += size;
        return bytes.substr(at - size, size);
    }
    std::size_t count(char expected) {
        auto got = kind();
        if (got != expected) mismatch(expected == 'l' ? "a list" : "an object", got);
        return std::stoul(until(':'));
    }
    [[noreturn]] void mismatch(const std::string& expected, char got) const {
        static const std::map<char, std::string> names = {{'t', "a boolean"}, {'f', "a boolean"}, {'n', "null"},
            {'i', "an integer"}, {'d', "a number"}, {'s', "a string"}, {'l', "a list"}, {'m', "an object"}};
        throw Mismatch{"raised", where + ": expected " + expected + ", the test has " + names.at(got)};
    }
};

template <class T> struct Type {
    static constexpr bool known = false;
};

template <class T> void read(Tokens& tokens, T& value) {
    static_assert(Type<T>::known || unsupported<T>,
        "this parameter type is not supported; use int, long long, double, bool, char, string, vector, pair, set, map or "
        "optional of these, or a program that reads stdin");
    if constexpr (Type<T>::known) Type<T>::read(tokens, value);
}

template <class T> void write(std::string& text, const T& value) {
    static_assert(Type<T>::known || unsupported<T>,
        "this result type is not supported; use int, long long, double, bool, char, string, vector, pair, set, map or "
        "optional of these, or a program that prints");
    if (text.size() > (1u << 20)) throw Mismatch{"output", "the result is larger than 1 MB"};
    if constexpr (Type<T>::known) Type<T>::write(text, value);
}

inline void quote(std::string& text, const std::string& value) {
    char escaped[8];
    text += '"';
    for (unsigned char c : value) {
        if (c == '"' || c == '\\') {
            text += '\\';
            text += char(c);
        } else if (c < 0x20) {
            std::snprintf(escaped, sizeof escaped, "\\u%04x", c);
            text += escaped;
        } else {
            text += char(c);
        }
    }
    text += '"';
}

template <class T>
    requires(std::is_integral_v<T> && !std::is_same_v<T, bool> && !std::is_same_v<T, char>)
struct Type<T> {
    static constexpr bool known = true;
    static void read(Tokens& tokens, T& value) {
        auto got = tokens.kind();
        if (got != 'i') tokens.mismatch("an integer", got);
        auto digits = tokens.until(';');
        auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (error != std::errc() || end != digits.data() + digits.size())
            throw Mismatch{"raised", tokens.where + ": the test's integer " + digits.substr(0, 40) + " does not fit the parameter's type"};
    }
    static void write(std::string& text, const T& value) { text += std::to_string(value); }
};

template <class T>
    requires std::is_floating_point_v<T>
struct Type<T> {
    static constexpr bool known = true;
    static void read(Tokens& tokens, T& value) {
        auto got = tokens.kind();
        if (got != 'i' && got != 'd') tokens.mismatch("a number", got);
        value = T(std::strtold(tokens.until(';').c_str(), nullptr));
    }
    static void write(std::string& text, const T& value) {
        if (std::isnan(value)) {
            text += "NaN";
        } else if (std::isinf(value)) {
            text += value > 0 ? "Infinity" : "-Infinity";
        } else {
            char digits[64];
            std::snprintf(digits, sizeof digits, "%.17g", double(value));
            text += digits;
            if (!std::strpbrk(digits, ".en")) text += ".0";
        }
    }
};

template <> struct Type<bool> {
    static constexpr bool known = true;
    static void read(Tokens& tokens, bool& value) {
        auto got = tokens.kind();
        if (got != 't' && got != 'f') tokens.mismatch("a boolean", got);
        value = got == 't';
    }
    static void write(std::string& text, const bool& value) { text += value ? "true" : "false"; }
};

template <> struct Type<std::string> {
    static constexpr bool known = true;
    static void read(Tokens& tokens, std::string& value) {
        auto got = tokens.kind();
        if (got != 's') tokens.mismatch("a string", got);
        value = tokens.text();
    }
    static void write(std::string& text, const std::string& value) { quote(text, value); }
};

template <> struct Type<char> {
    static constexpr bool known = true;
    static void read(Tokens& tokens, char& value) {
        std::string whole;
        Type<std::string>::read(tokens, whole);
        if (whole.size() != 1) throw Mismatch{"raised", tokens.where + ": expected one character"};
        value = whole[0];
    }
    static void write(std::string& text, const char& value) { quote(text, std::string(1, value)); }
};

template <> struct Type<std::string_view> {
    static constexpr bool known = true;
    static void read(Tokens& tokens, std::string_view& value) {
        static std::deque<std::string> kept;
        Type<std::string>::read(tokens, kept.emplace_back());
        value = kept.back();
    }
    static void write(std::string& text, const std::string_view& value) { quote(text, std::string(value)); }
};

template <class C> struct Sequence {
    static constexpr bool known = true;
    static void read(Tokens& tokens, C& value) {
        for (auto left = tokens.count('l'); left > 0; --left) {
            typename C::value_type item{};
            prepai_room::read(tokens, item);
            value.insert(value.end(), std::move(item));
        }
    }
    static void write(std::string& text, const C& value) {
        const char* between = "[";
        for (const auto& item : value) {
            text += between;
            prepai_room::write<typename C::value_type>(text, item);
            between = ",";
        }
        text += value.empty() ? "[]" : "]";
    }
};
template <class T> struct Type<std::vector<T>> : Sequence<std::vector<T>> {};
template <class T> struct Type<std::deque<T>> : Sequence<std::deque<T>> {};
template <class T> struct Type<std::list<T>> : Sequence<std::list<T>> {};
template <class T> struct Type<std::set<T>> : Sequence<std::set<T>> {};
template <class T> struct Type<std::multiset<T>> : Sequence<std::multiset<T>> {};
template <class T> struct Type<std::unordered_set<T>> : Sequence<std::unordered_set<T>> {};

template <class T, std::size_t N> struct Type<std::array<T, N>> {
    static constexpr bool known = true;
    static void read(Tokens& tokens, std::array<T, N>& value) {
        if (tokens.count('l') != N) throw Mismatch{"raised", tokens.where + ": the test's list has another length"};
        for (auto& item : value) prepai_room::read(tokens, item);
    }
    static void write(std::string& text, const std::array<T, N>& value) {
        Sequence<std::vector<T>>::write(text, std::vector<T>(value.begin(), value.end()));
    }
};

template <class... T> struct Together {
    static constexpr bool known = true;
    template <class C> static void read(Tokens& tokens, C& value) {
        if (tokens.count('l') != sizeof...(T)) throw Mismatch{"raised", tokens.where + ": the test's list has another length"};
        std::apply([&](auto&... item) { (prepai_room::read(tokens, item), ...); }, value);
    }
    template <class C> static void write(std::string& text, const C& value) {
        std::string between = "[";
        std::apply([&](const auto&... item) {
            ((text += between, prepai_room::write(text, item), between = ","), ...);
        }, value);
        text += "]";
    }
};
template <class A, class B> struct Type<std::pair<A, B>> : Together<A, B> {};
template <class... T> struct Type<std::tuple<T...>> : Together<T...> {};

template <class C> struct Keyed {
    static constexpr bool known = true;
    using Key = typename C::key_type;
    static void read(Tokens& tokens, C& value) {
        for (auto left = tokens.count('m'); left > 0; --left) {
            tokens.kind();
            auto name = tokens.text();
            Key key{};
            if constexpr (std::is_same_v<Key, std::string>) {
                key = name;
            } else {
                // JSON has names only: numbers and characters are read from them.
                auto form = std::is_same_v<Key, char> ? "s1:" + name : "i" + name + ";";
                Tokens inner{form, 0, tokens.where + ", a key"};
                prepai_room::read(inner, key);
            }
            prepai_room::read(tokens, value[key]);
        }
    }
    static void write(std::string& text, const C& value) {
        const char* between = "{";
        for (const auto& [key, item] : value) {
            text += between;
            if constexpr (std::is_integral_v<Key> && !std::is_same_v<Key, char>) {
                quote(text, std::to_string(key));
            } else {
                prepai_room::write(text, key);
            }
            text += ":";
            prepai_room::write(text, item);
            between = ",";
        }
        text += value.empty() ? "{}" : "}";
    }
};
template <class K, class V> struct Type<std::map<K, V>> : Keyed<std::map<K, V>> {};
template <class K, class V> struct Type<std::unordered_map<K, V>> : Keyed<std::unordered_map<K, V>> {};

template <class T> struct Type<std::optional<T>> {
    static constexpr bool known = true;
    static void read(Tokens& tokens, std::optional<T>& value) {
        if (tokens.next() == 'n') {
            tokens.kind();
        } else {
            prepai_room::read(tokens, value.emplace());
        }
    }
    static void write(std::string& text, const std::optional<T>& value) {
        if (value) {
            prepai_room::write(text, *value);
        } else {
            text += "null";
        }
    }
};

// Nodes as LeetCode has them, where the source defines them: a list by `next`, a tree by `left` and `right`.
template <class T>
concept ListNode = requires(T node) {
    node.val;
    { node.next } -> std::same_as<T*&>;
};
template <class T>
concept TreeNode = requires(T node) {
    node.val;
    { node.left } -> std::same_as<T*&>;
    { node.right } -> std::same_as<T*&>;
};
// One that is longer holds itself.
constexpr int most_nodes = 1 << 19;

template <class T> T* read_node(Tokens& tokens) {
    decltype(T::val) value{};
    read(tokens, value);
    if constexpr (std::is_constructible_v<T, decltype(T::val)>) {
        auto node = new T(value);
        return node;
    } else {
        auto node = new T{};
        node->val = value;
        return node;
    }
}

template <class T>
    requires ListNode<T>
struct Type<T*> {
    static constexpr bool known = true;
    static void read(Tokens& tokens, T*& value) {
        value = nullptr;
        if (tokens.next() == 'n') {
            tokens.kind();
            return;
        }
        T** place = &value;
        for (auto left = tokens.count('l'); left > 0; --left) {
            *place = read_node<T>(tokens);
            (*place)->next = nullptr;
            place = &(*place)->next;
        }
    }
    static void write(std::string& text, T* const& value) {
        text += '[';
        int count = 0;
        for (auto node = value; node; node = node->next) {
            if (++count > most_nodes) throw Mismatch{"raised", "the list's end is not reached: it holds itself"};
            if (count > 1) text += ',';
            prepai_room::write(text, node->val);
        }
        text += ']';
    }
};

template <class T>
    requires TreeNode<T>
struct Type<T*> {
    static constexpr bool known = true;
    // Level by level, null where there is no child.
    static void read(Tokens& tokens, T*& value) {
        value = nullptr;
        if (tokens.next() == 'n') {
            tokens.kind();
            return;
        }
        std::deque<T**> places{&value};
        for (auto left = tokens.count('l'); left > 0; --left) {
            if (places.empty())
                throw Mismatch{"raised", tokens.where + ": the test's list is no tree: it has values below an empty place"};
            auto place = places.front();
            places.pop_front();
            if (tokens.next() == 'n') {
                tokens.kind();
                continue;
            }
            *place = read_node<T>(tokens);
            (*place)->left = (*place)->right = nullptr;
            places.push_back(&(*place)->left);
            places.push_back(&(*place)->right);
        }
    }
    static void write(std::string& text, T* const& value) {
        std::deque<T*> level{value};
        std::string empty;
        int count = 0;
        text += '[';
        for (; !level.empty(); level.pop_front()) {
            auto node = level.front();
            if (++count > most_nodes) throw Mismatch{"raised", "the tree's leaves are not reached: it holds itself"};
            if (!node) {
                empty += count > 1 ? ",null" : "null";
                continue;
            }
            text += empty;
            empty.clear();
            if (count > 1) text += ',';
            prepai_room::write(text, node->val);
            level.push_back(node->left);
            level.push_back(node->right);
        }
        text += ']';
    }
};

inline bool whole(char* to, std::size_t size) {
    while (size > 0) {
        auto got = ::read(3, to, size);
        if (got <= 0) return false;
        to += got;
        size -= std::size_t(got);
    }
    return true;
}

inline void answer(const std::string& frame) {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    auto body = std::to_string(usage.ru_maxrss) + "\n" + frame;
    auto size = std::uint32_t(body.size());
    std::string message = {char(size >> 24), char(size >> 16), char(size >> 8), char(size)};
    message += body;
    for (std::size_t at = 0; at < message.size();) {
        auto sent = ::write(3, message.data() + at, message.size() - at);
        if (sent <= 0) _exit(1);
        at += std::size_t(sent);
    }
}

// The name of the exception's type.
inline std::string thrown() {
    auto type = abi::__cxa_current_exception_type();
    if (!type) return "one of another language";
    int status = 0;
    char* name = abi::__cxa_demangle(type->name(), nullptr, nullptr, &status);
    std::string told = name ? name : type->name();
    std::free(name);
    return told;
}

inline std::string frame(const std::string& ending, const std::string& error) {
    std::string text = "[\"" + ending + "\",null,";
    quote(text, error);
    return text + "]";
}

template <class R, class... A, class F> std::string called(F function, Tokens& tokens) {
    bool in_place = tokens.kind() == 'i';
    auto count = tokens.count('l');
    if (count != sizeof...(A))
        return frame("raised", "the function takes " + std::to_string(sizeof...(A)) + " arguments; the test has " + std::to_string(count));
    std::tuple<std::decay_t<A>...> values;
    int number = 0;
    std::apply([&](auto&... value) {
        ((tokens.where = "argument " + std::to_string(++number), read(tokens, value)), ...);
    }, values);
    std::string text = "[\"returned\",";
    auto first = [&] {
        if constexpr (sizeof...(A) > 0) write(text, std::get<0>(values));
        else text += "null";
    };
    auto call = [&](auto&... value) -> R { return function(static_cast<A>(static_cast<std::remove_reference_t<A>&>(value))...); };
    if constexpr (std::is_void_v<R>) {
        std::apply(call, values);
        if (in_place) first();
        else text += "null";
    } else {
        std::decay_t<R> value = std::apply(call, values);
        if (in_place) first();
        else write(text, value);
    }
    if (text.size() > (1u << 20)) return frame("output", "the result is larger than 1 MB");
    return text + ",null]";
}

// What a function takes: of several of a name, the one with so many parameters, as the harness asks for them.
template <class R, class... A> struct Shape {};

inline std::size_t arguments(Tokens tokens) {
    tokens.kind();
    return tokens.count('l');
}

// Called with its first N parameters; the others have default arguments.
template <std::size_t N, class R, class... A, class F>
std::string called_with(Shape<R, A...>, F function, Tokens& tokens) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
        return called<R, std::tuple_element_t<I, std::tuple<A...>>...>(function, tokens);
    }(std::make_index_sequence<N>());
}

template <class Call> int served(Call call) {
    char head[4];
    while (whole(head, 4)) {
        std::uint32_t size = 0;
        for (unsigned char c : head) size = size << 8 | c;
        std::string question(size, 0);
        if (!whole(question.data(), size)) break;
        std::string told;
        try {
            Tokens tokens{question};
            told = call(tokens);
        } catch (const Mismatch& mismatch) {
            told = frame(mismatch.ending, mismatch.message);
        } catch (const std::bad_alloc&) {
            told = frame("memory", "std::bad_alloc");
        } catch (const std::exception& error) {
            told = frame("raised", "an exception was thrown: " + thrown() + ": " + error.what());
        } catch (const char* error) {
            told = frame("raised", std::string("an exception was thrown: ") + error);
        } catch (const std::string& error) {
            told = frame("raised", "an exception was thrown: " + error);
        } catch (...) {
            told = frame("raised", "an exception was thrown: " + thrown());
        }
        std::cout.flush();
        std::fflush(nullptr);
        answer(told);
    }
    _exit(0);
}

template <class R, class... A> int serve(R (*function)(A...)) {
    return served([=](Tokens& tokens) { return called<R, A...>(function, tokens); });
}
template <class S, class R, class... A> int serve(R (S::*method)(A...)) {
    static S self{};
    return served([=](Tokens& tokens) {
        return called<R, A...>([&](A... values) -> R { return (self.*method)(std::forward<A>(values)...); }, tokens);
    });
}
template <class S, class R, class... A> int serve(R (S::*method)(A...) const) {
    static S self{};
    return served([=](Tokens& tokens) {
        return called<R, A...>([&](A... values) -> R { return (self.*method)(std::forward<A>(values)...); }, tokens);
    });
}

// Functions in C, as c_functions.py writes the calls. What they are given is theirs to free or to keep.
namespace c {

template <class T> T* made(int count) { return static_cast<T*>(std::calloc(std::size_t(count) + 1, sizeof(T))); }

inline void expect(Tokens& tokens, std::size_t expected) {
    auto count = tokens.count('l');
    if (count != expected)
        throw Mismatch{"raised", "the function takes " + std::to_string(expected) + " arguments; the test has " + std::to_string(count)};
}

inline void write_text(std::string& text, const char* value) {
    if (value) quote(text, value);
    else text += "null";
}

inline void sized(int size) {
    if (size < 0) throw Mismatch{"raised", "returnSize is negative"};
    if (size > most_nodes) throw Mismatch{"output", "the result is larger than 1 MB"};
}

template <class T> void write_array(std::string& text, const T* value, int size) {
    sized(size);
    if (size > 0 && !value) throw Mismatch{"raised", "NULL was returned with a returnSize above 0"};
    text += '[';
    for (int i = 0; i < size; i++) {
        if (i > 0) text += ',';
        prepai_room::write<T>(text, value[i]);
    }
    text += ']';
}

template <class T> void write_table(std::string& text, T* const* value, int size, const int* columns) {
    sized(size);
    if (size > 0 && (!value || !columns)) throw Mismatch{"raised", "NULL was returned with a returnSize above 0"};
    text += '[';
    for (int i = 0; i < size; i++) {
        if (i > 0) text += ',';
        write_array(text, value[i], columns[i]);
    }
    text += ']';
}

inline void write_texts(std::string& text, char* const* value, int size) {
    sized(size);
    if (size > 0 && !value) throw Mismatch{"raised", "NULL was returned with a returnSize above 0"};
    text += '[';
    for (int i = 0; i < size; i++) {
        if (i > 0) text += ',';
        write_text(text, value[i]);
    }
    text += ']';
}

// Strings, or rows of characters where their lengths were told.
inline void write_either(std::string& text, char* const* value, int size, const int* columns) {
    if (columns) write_table(text, value, size, columns);
    else write_texts(text, value, size);
}

template <class T> struct Value {
    T at{};
    void write(std::string& text) const { prepai_room::write(text, at); }
};
struct Text {
    char* at = nullptr;
    void write(std::string& text) const { write_text(text, at); }
};
template <class T> struct Array {
    T* at = nullptr;
    int size = 0;
    void write(std::string& text) const { write_array(text, at, size); }
};
struct Texts {
    char** at = nullptr;
    int size = 0;
    void write(std::string& text) const { write_texts(text, at, size); }
};
template <class T> struct Table {
    T** at = nullptr;
    int size = 0;
    int* columns = nullptr;
    void write(std::string& text) const { write_table(text, at, size, columns); }
};

template <class T> Value<T> value(Tokens& tokens) {
    Value<T> value;
    read(tokens, value.at);
    return value;
}
inline Text text(Tokens& tokens) {
    std::string whole;
    read(tokens, whole);
    return {std::strcpy(made<char>(int(whole.size())), whole.c_str())};
}
template <class T> Array<T> array(Tokens& tokens) {
    int size = int(tokens.count('l'));
    Array<T> all{made<T>(size), size};
    for (int i = 0; i < size; i++) read(tokens, all.at[i]);
    return all;
}
inline Texts texts(Tokens& tokens) {
    int size = int(tokens.count('l'));
    Texts all{made<char*>(size), size};
    for (int i = 0; i < size; i++) all.at[i] = text(tokens).at;
    return all;
}
template <class T> Table<T> table(Tokens& tokens) {
    int size = int(tokens.count('l'));
    Table<T> all{made<T*>(size), size, made<int>(size)};
    for (int i = 0; i < size; i++) {
        auto row = array<T>(tokens);
        all.at[i] = row.at;
        all.columns[i] = row.size;
    }
    return all;
}

}  // namespace c

}  // namespace prepai_room
