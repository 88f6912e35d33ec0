//! The batch in wasmi: `conformance-wasmi MODULE FOLDER`.
use std::{env, error::Error, fs};
use wasmi::{Engine, Instance, Linker, Module, Store, Val};

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| crc >> 1 ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
    })
}

/// Calls an export that returns an i32.
fn call(instance: &Instance, store: &mut Store<()>, name: &str, arguments: &[usize]) -> Result<usize, Box<dyn Error>> {
    let function = instance.get_func(&*store, name).ok_or("no such export")?;
    let arguments: Vec<Val> = arguments.iter().map(|&x| Val::I32(x as i32)).collect();
    let mut results = [Val::I32(0)];
    function.call(&mut *store, &arguments, &mut results)?;
    Ok(results[0].i32().ok_or("no i32")? as u32 as usize)
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().collect();
    let [_, wasm, folder] = &arguments[..] else { return Err("usage: conformance-wasmi MODULE FOLDER".into()) };
    let engine = Engine::default();
    let module = Module::new(&engine, fs::read(wasm)?)?;
    let mut store = Store::new(&engine, ());
    let instance = Linker::new(&engine).instantiate_and_start(&mut store, &module)?;
    let memory = instance.get_memory(&store, "memory").ok_or("no memory")?;
    for (run, line) in fs::read_to_string(format!("{folder}/cases.txt"))?.lines().enumerate() {
        let (model, input) = line.split_once(' ').ok_or("no input")?;
        let model = fs::read(format!("{folder}/{model}"))?;
        let at = call(&instance, &mut store, "reserve", &[model.len()])?;
        memory.write(&mut store, at, &model)?;
        if call(&instance, &mut store, "load", &[model.len()])? != 0 {
            return Err(format!("{line}: the model is refused").into());
        }
        let at = call(&instance, &mut store, "input", &[])?;
        memory.write(&mut store, at, &fs::read(format!("{folder}/{input}"))?)?;
        for layer in 0..call(&instance, &mut store, "layerCount", &[])? {
            call(&instance, &mut store, "step", &[layer])?;
            let at = call(&instance, &mut store, "layerOutput", &[layer])?;
            let bytes = call(&instance, &mut store, "layerOutputBytes", &[layer])?;
            println!("{run} {layer} {:08x}", crc32(&memory.data(&store)[at..at + bytes]));
        }
    }
    println!("memory {}", memory.data_size(&store));
    Ok(())
}
