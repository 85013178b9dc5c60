//! Files and connections: what has streams comes with the streams. A function has none of either.

use crate::bindings::Exports;
use crate::bindings::exports::wasi::filesystem::{preopens, types as files};
use crate::bindings::exports::wasi::io::error;
use crate::bindings::exports::wasi::io::streams::{InputStream, OutputStream, Pollable};
use crate::bindings::exports::wasi::sockets::{tcp, tcp_create_socket};

use files::{
    Advice, DescriptorBorrow, DescriptorFlags, DescriptorStat, DescriptorType, DirectoryEntry,
    DirectoryEntryStream, ErrorCode, MetadataHashValue, NewTimestamp, OpenFlags, PathFlags,
};
use tcp::{IpAddressFamily, IpSocketAddress, Network, ShutdownType, TcpSocket};

/// Something that does not exist.
pub(crate) enum Nothing {}

type Of<T> = Result<T, ErrorCode>;
type Tcp<T> = Result<T, tcp::ErrorCode>;

impl preopens::Guest for Exports {
    fn get_directories() -> Vec<(preopens::Descriptor, String)> {
        Vec::new()
    }
}

impl tcp_create_socket::Guest for Exports {
    fn create_tcp_socket(_: IpAddressFamily) -> Tcp<TcpSocket> {
        Err(tcp::ErrorCode::AccessDenied)
    }
}

impl error::Guest for Exports {
    type Error = Nothing;
}

impl files::Guest for Exports {
    type Descriptor = Nothing;
    type DirectoryEntryStream = Nothing;

    fn filesystem_error_code(_: files::ErrorBorrow<'_>) -> Option<ErrorCode> {
        None
    }
}

impl tcp::Guest for Exports {
    type TcpSocket = Nothing;
}

/// Methods of something that does not exist.
macro_rules! none {
    ($trait:path { $($name:ident($($argument:ty),*) $(-> $result:ty)?;)* }) => {
        impl $trait for Nothing {
            $(fn $name(&self $(, _: $argument)*) $(-> $result)? {
                match *self {}
            })*
        }
    };
}

none!(error::GuestError {
    to_debug_string() -> String;
});

none!(files::GuestDirectoryEntryStream {
    read_directory_entry() -> Of<Option<DirectoryEntry>>;
});

none!(files::GuestDescriptor {
    read_via_stream(u64) -> Of<InputStream>;
    write_via_stream(u64) -> Of<OutputStream>;
    append_via_stream() -> Of<OutputStream>;
    advise(u64, u64, Advice) -> Of<()>;
    sync_data() -> Of<()>;
    get_flags() -> Of<DescriptorFlags>;
    get_type() -> Of<DescriptorType>;
    set_size(u64) -> Of<()>;
    set_times(NewTimestamp, NewTimestamp) -> Of<()>;
    read(u64, u64) -> Of<(Vec<u8>, bool)>;
    write(Vec<u8>, u64) -> Of<u64>;
    read_directory() -> Of<DirectoryEntryStream>;
    sync() -> Of<()>;
    create_directory_at(String) -> Of<()>;
    stat() -> Of<DescriptorStat>;
    stat_at(PathFlags, String) -> Of<DescriptorStat>;
    set_times_at(PathFlags, String, NewTimestamp, NewTimestamp) -> Of<()>;
    link_at(PathFlags, String, DescriptorBorrow<'_>, String) -> Of<()>;
    open_at(PathFlags, String, OpenFlags, DescriptorFlags) -> Of<files::Descriptor>;
    readlink_at(String) -> Of<String>;
    remove_directory_at(String) -> Of<()>;
    rename_at(String, DescriptorBorrow<'_>, String) -> Of<()>;
    symlink_at(String, String) -> Of<()>;
    unlink_file_at(String) -> Of<()>;
    is_same_object(DescriptorBorrow<'_>) -> bool;
    metadata_hash() -> Of<MetadataHashValue>;
    metadata_hash_at(PathFlags, String) -> Of<MetadataHashValue>;
});

none!(tcp::GuestTcpSocket {
    start_bind(&Network, IpSocketAddress) -> Tcp<()>;
    finish_bind() -> Tcp<()>;
    start_connect(&Network, IpSocketAddress) -> Tcp<()>;
    finish_connect() -> Tcp<(InputStream, OutputStream)>;
    start_listen() -> Tcp<()>;
    finish_listen() -> Tcp<()>;
    accept() -> Tcp<(TcpSocket, InputStream, OutputStream)>;
    local_address() -> Tcp<IpSocketAddress>;
    remote_address() -> Tcp<IpSocketAddress>;
    is_listening() -> bool;
    address_family() -> IpAddressFamily;
    set_listen_backlog_size(u64) -> Tcp<()>;
    keep_alive_enabled() -> Tcp<bool>;
    set_keep_alive_enabled(bool) -> Tcp<()>;
    keep_alive_idle_time() -> Tcp<u64>;
    set_keep_alive_idle_time(u64) -> Tcp<()>;
    keep_alive_interval() -> Tcp<u64>;
    set_keep_alive_interval(u64) -> Tcp<()>;
    keep_alive_count() -> Tcp<u32>;
    set_keep_alive_count(u32) -> Tcp<()>;
    hop_limit() -> Tcp<u8>;
    set_hop_limit(u8) -> Tcp<()>;
    receive_buffer_size() -> Tcp<u64>;
    set_receive_buffer_size(u64) -> Tcp<()>;
    send_buffer_size() -> Tcp<u64>;
    set_send_buffer_size(u64) -> Tcp<()>;
    subscribe() -> Pollable;
    shutdown(ShutdownType) -> Tcp<()>;
});
